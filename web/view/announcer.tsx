import { useEffect, useRef, useState } from 'preact/hooks'
import { text } from '../session/read.ts'
import type { Entry, View } from '../session/types.ts'

/** Says to a screen reader what happens, once each: never a token at a time. Also marks the title of the tab. */
export function Announcer({ view, entries }: { view: View; entries: readonly Entry[] }) {
  const [words, setWords] = useState('')
  const isActive = view.state?.activeTurn ?? null
  const wasActive = useRef<boolean | null>(null)
  const request = view.requests[0]
  useEffect(() => {
    if (wasActive.current !== null && isActive !== null && wasActive.current !== isActive)
      setWords(isActive ? 'Codex is working.' : outcome(entries))
    wasActive.current = isActive
  }, [isActive])
  const asks = request ? `Codex asks: ${text(request.params['command']) || request.method}` : ''
  useEffect(() => {
    const name = view.session?.name ?? view.session?.preview?.slice(0, 60)
    document.title = `${request ? '(!) ' : isActive ? '… ' : ''}${name ? `${name} – ` : ''}Codex Gateway`
  }, [request, isActive, view.session])
  return (
    <>
      <p class="hidden" role="status">
        {words}
      </p>
      <p class="hidden" role="alert">
        {asks}
      </p>
    </>
  )
}

function outcome(entries: readonly Entry[]): string {
  const last = entries.findLast(({ kind }) => kind === 'message' || kind === 'notice')
  return last && 'text' in last ? `The turn has ended. ${last.text.slice(0, 300)}` : 'The turn has ended.'
}
