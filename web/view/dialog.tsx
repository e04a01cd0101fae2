import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'

interface DialogProps {
  title: string
  /** What its button does, in a word. */
  action: string
  isDangerous?: boolean
  children: ComponentChildren
  /** It stays open, with the reason, when this rejects. */
  onConfirm: () => Promise<void>
  onClose: () => void
}

/** A question before something is done. Escape and Cancel close it; the browser holds the focus in it, and gives it back. */
export function Dialog({ title, action, isDangerous = false, children, onConfirm, onClose }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [error, setError] = useState<string | null>(null)
  useLayoutEffect(() => dialog.current?.showModal(), [])
  const submit = (event: Event) => {
    event.preventDefault()
    onConfirm().then(onClose, (reason: Error) => setError(reason.message))
  }
  return (
    <dialog ref={dialog} aria-labelledby="dialog-title" onClose={onClose}>
      <form onSubmit={submit}>
        <h2 id="dialog-title">{title}</h2>
        {children}
        {error !== null && (
          <p class="error" role="alert">
            {error}
          </p>
        )}
        <div class="buttons">
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button class={isDangerous ? 'danger' : 'primary'}>{action}</button>
        </div>
      </form>
    </dialog>
  )
}
