import { useState } from 'preact/hooks'
import { ApiError, gateway } from '../net/api.ts'
import { Dialog } from './dialog.tsx'
import { showSession } from './route.ts'
import type { Conversation } from './use-conversations.ts'

/** What somebody wants to do to a conversation. */
export interface Asked {
  kind: 'rename' | 'delete'
  row: Conversation
}

interface ConversationDialogProps {
  asked: Asked
  current: string | null
  onDone: () => void
  onClose: () => void
}

export function ConversationDialog({ asked: { kind, row }, current, onDone, onClose }: ConversationDialogProps) {
  const [name, setName] = useState(row.title)
  const { threadId, sessionId, workspace } = row
  if (kind === 'rename') {
    const rename = async () => {
      if (threadId !== null) await gateway.rename(workspace, threadId, name.trim())
      onDone()
    }
    return (
      <Dialog title="Rename" action="Rename" onConfirm={rename} onClose={onClose}>
        <label class="field">
          Name
          <input required maxLength={120} value={name} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
      </Dialog>
    )
  }
  const remove = async () => {
    if (sessionId !== null) await unlessGone(gateway.close(sessionId))
    if (threadId !== null) await unlessGone(gateway.deleteThread(workspace, threadId))
    if (sessionId === current) showSession(null)
    onDone()
  }
  return (
    <Dialog title="Delete?" action="Delete" isDangerous onConfirm={remove} onClose={onClose}>
      <p>
        “{row.title}” is deleted with all of its messages. What Codex did in the workspace stays.
        {row.isActive && ' The turn that runs is interrupted.'}
      </p>
    </Dialog>
  )
}

/** What is gone already need not be deleted. */
async function unlessGone(deletion: Promise<unknown>): Promise<void> {
  try {
    await deletion
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error
  }
}
