import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Entry } from '../session/types.ts'
import { EntryView } from './entry.tsx'
import { copyOnClick } from './markdown.tsx'

interface TranscriptProps {
  entries: readonly Entry[]
  /** Whether the thread has more before these. */
  hasOlder: boolean
  loadOlder: () => Promise<void>
  isReady: boolean
}

/** So many entries are in the page; those before them are folded until somebody asks for them. */
const page = 150

/** It stays at its end while things are added, unless somebody has scrolled away from there. */
export function Transcript({ entries, hasOlder, loadOlder, isReady }: TranscriptProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const [shown, setShown] = useState(page)
  const [isAtEnd, setAtEnd] = useState(true)
  const [error, setError] = useState<string | null>(null)
  const toEnd = () => scroller.current?.scrollTo({ top: scroller.current.scrollHeight })
  useLayoutEffect(() => {
    if (isAtEnd) toEnd()
  }, [entries, isAtEnd])
  useFollowedHeight(scroller, isAtEnd, toEnd)
  const folded = Math.max(0, entries.length - shown)
  const showMore = () => {
    setShown((count) => count + page)
    if (folded < page && hasOlder)
      loadOlder().then(
        () => setError(null),
        (reason: Error) => setError(reason.message)
      )
  }
  return (
    <div
      class="scroller"
      ref={scroller}
      onScroll={(event) => setAtEnd(isNearEnd(event.currentTarget))}
      onClick={copyOnClick}
    >
      <div class="transcript" role="log" aria-label="Transcript" aria-live="off">
        {(folded > 0 || hasOlder) && (
          <button class="earlier" onClick={showMore}>
            Show earlier steps{folded > 0 && ` (${folded})`}
          </button>
        )}
        {error !== null && (
          <p class="error" role="alert">
            {error}
          </p>
        )}
        {entries.slice(folded).map((entry) => (
          <EntryView key={entry.key} entry={entry} />
        ))}
        {isReady && entries.length === 0 && <p class="quiet">Write a message below to begin.</p>}
      </div>
      {!isAtEnd && (
        <button class="latest" onClick={toEnd}>
          Latest ↓
        </button>
      )}
    </div>
  )
}

const isNearEnd = ({ scrollHeight, scrollTop, clientHeight }: HTMLElement) =>
  scrollHeight - scrollTop - clientHeight < 60

/** The height of the transcript changes without events, too: images load, the composer grows. */
function useFollowedHeight(scroller: { current: HTMLDivElement | null }, isAtEnd: boolean, toEnd: () => void): void {
  useEffect(() => {
    const element = scroller.current
    if (!isAtEnd || !element) return
    const observer = new ResizeObserver(toEnd)
    observer.observe(element)
    for (const child of element.children) observer.observe(child)
    return () => observer.disconnect()
  }, [isAtEnd])
}
