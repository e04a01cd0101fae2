import { useEffect, useRef, useState } from 'preact/hooks'
import { ApiError, gateway } from '../net/api.ts'
import type { Input, TurnChoices } from '../net/api.ts'
import type { SessionState } from '../session/types.ts'
import { attached, filesIn, maxImages } from './images.ts'
import { Choices } from './choices.tsx'

interface ComposerProps {
  sessionId: string
  workspace: string
  state: SessionState | null
  /** Why nothing can be sent; null when it can. */
  closed: string | null
}

/** Where messages are written. While a turn runs they steer it. A draft survives a reload. */
export function Composer({ sessionId, workspace, state, closed }: ComposerProps) {
  const [text, setText] = useDraft(sessionId)
  const [images, setImages] = useState<readonly string[]>([])
  const [choices, setChoices] = useState<TurnChoices>({})
  const [error, setError] = useState<string | null>(null)
  const files = useRef<HTMLInputElement>(null)
  const isActive = state?.activeTurn ?? false
  const isEmpty = text.trim() === '' && images.length === 0

  const attach = async (chosen: readonly File[]) => {
    const { images: more, refusal } = await attached(chosen, maxImages - images.length)
    setImages((before) => [...before, ...more])
    setError(refusal)
  }
  const send = async () => {
    if (isEmpty || closed !== null) return
    setText(() => '') // at once: what is written meanwhile is the next message
    setImages([])
    setError(null)
    try {
      await sent(sessionId, inputFrom(text, images), choices)
    } catch (reason) {
      setText((next) => (next === '' ? text : `${text}\n${next}`))
      setImages((next) => [...images, ...next])
      setError((reason as Error).message)
    }
  }
  const stop = () => gateway.interrupt(sessionId).catch((reason: Error) => setError(reason.message))
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    void send()
  }
  const onPaste = (event: ClipboardEvent) => {
    const pasted = filesIn(event.clipboardData)
    if (pasted.length === 0) return
    event.preventDefault()
    void attach(pasted)
  }
  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    void attach(filesIn(event.dataTransfer))
  }
  return (
    <form
      class="composer"
      aria-label="Message to Codex"
      onSubmit={(event) => (event.preventDefault(), void send())}
      onDragOver={(event) => event.preventDefault()}
      onDrop={onDrop}
    >
      {error !== null && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      <Images images={images} onRemove={(at) => setImages(images.filter((_, index) => index !== at))} />
      <textarea
        id="message"
        aria-label="Message"
        aria-describedby="message-keys"
        rows={2}
        placeholder={closed ?? (isActive ? 'Steer the turn that runs …' : 'What should Codex do?')}
        disabled={closed !== null}
        value={text}
        onInput={({ currentTarget: { value } }) => setText(() => value)}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
      />
      <span id="message-keys" class="hidden">
        Enter sends, Shift and Enter begins a new line. Images can be pasted or dropped.
      </span>
      <div class="bar">
        <Choices state={state} workspace={workspace} choices={choices} onChange={setChoices} />
        <span class="buttons">
          <input
            ref={files}
            type="file"
            accept="image/*"
            multiple
            hidden
            onChange={({ currentTarget }) => void attach([...(currentTarget.files ?? [])])}
          />
          <button type="button" aria-label="Attach images" title="Attach images" onClick={() => files.current?.click()}>
            +
          </button>
          {isActive && (
            <button type="button" class="danger" onClick={() => void stop()}>
              Stop
            </button>
          )}
          <button class="primary" disabled={isEmpty || closed !== null}>
            {isActive ? 'Steer' : 'Send'}
          </button>
        </span>
      </div>
    </form>
  )
}

/**
 * Sends a message, which joins the turn that runs, whoever has begun it, or else begins one. One that is just beginning cannot
 * be joined yet.
 */
async function sent(sessionId: string, input: readonly Input[], choices: TurnChoices): Promise<void> {
  for (let tries = 10; ; tries -= 1)
    try {
      return void (await gateway.turn(sessionId, input, { ...choices, steer: true }))
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'thread_busy' || tries === 0) throw error
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
}

function inputFrom(text: string, images: readonly string[]): Input[] {
  const message: Input[] = text.trim() === '' ? [] : [{ type: 'text', text }]
  return [...message, ...images.map((url): Input => ({ type: 'image', url }))]
}

function useDraft(sessionId: string): [string, (change: (before: string) => string) => void] {
  const key = `draft:${sessionId}`
  const [text, setText] = useState(() => sessionStorage.getItem(key) ?? '')
  useEffect(() => {
    if (text === '') sessionStorage.removeItem(key)
    else sessionStorage.setItem(key, text)
  }, [key, text])
  return [text, setText]
}

function Images({ images, onRemove }: { images: readonly string[]; onRemove: (at: number) => void }) {
  if (images.length === 0) return null
  return (
    <ul class="attached" aria-label="Attached images">
      {images.map((url, index) => (
        <li key={index}>
          <img src={url} alt={`Attached image ${index + 1}`} />
          <button type="button" aria-label={`Remove image ${index + 1}`} onClick={() => onRemove(index)}>
            ✕
          </button>
        </li>
      ))}
    </ul>
  )
}
