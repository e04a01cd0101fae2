import { useState } from 'preact/hooks'
import { gateway } from '../net/api.ts'
import { ConversationDialog } from './conversation-dialog.tsx'
import type { Asked } from './conversation-dialog.tsx'
import { showSession } from './route.ts'
import { ThemeButton } from './theme.tsx'
import type { Conversation, Conversations } from './use-conversations.ts'

interface SidebarProps {
  conversations: Conversations
  search: string
  onSearch: (text: string) => void
  workspaces: readonly string[]
  workspace: string
  onWorkspace: (id: string) => void
  /** The session that is shown. */
  current: string | null
  /** The name of who is logged in; null where nobody has to be. */
  principal: string | null
  onLogOut: () => void
  /** Something was chosen: on a narrow screen the list makes room. */
  onChoose: () => void
}

/** The list of sessions and threads, and what begins a new one. */
export function Sidebar(props: SidebarProps) {
  const { conversations, search, onSearch, workspace, current, principal, onLogOut, onChoose } = props
  const [error, setError] = useState<string | null>(null)
  const [asked, setAsked] = useState<Asked | null>(null)
  const open = async (resumeThreadId?: string) => {
    try {
      const { sessionId } = await gateway.open({ workspace, ...(resumeThreadId !== undefined && { resumeThreadId }) })
      setError(null)
      conversations.refresh()
      showSession(sessionId)
      onChoose()
    } catch (reason) {
      setError((reason as Error).message)
    }
  }
  const choose = ({ sessionId, threadId }: Conversation) => {
    if (sessionId === null) return void open(threadId ?? undefined)
    showSession(sessionId)
    onChoose()
  }
  return (
    <nav class="sidebar" id="sidebar" aria-label="Sessions and threads">
      <div class="brand">
        <strong>Codex Gateway</strong>
        <ThemeButton />
      </div>
      <WorkspaceChoice {...props} />
      <button class="primary" disabled={workspace === ''} onClick={() => void open()}>
        New session
      </button>
      <input
        type="search"
        placeholder="Search"
        aria-label="Search sessions and threads"
        value={search}
        onInput={(event) => onSearch(event.currentTarget.value)}
      />
      {(error ?? conversations.error) !== null && (
        <p class="error" role="alert">
          {error ?? conversations.error}
        </p>
      )}
      <ul class="conversations">
        {conversations.rows.map((row) => (
          <Row
            key={row.key}
            row={row}
            isCurrent={row.sessionId === current && current !== null}
            onChoose={choose}
            onAsk={setAsked}
          />
        ))}
      </ul>
      {conversations.rows.length === 0 && <p class="quiet">{search === '' ? 'No sessions yet.' : 'Nothing found.'}</p>}
      {principal !== null && (
        <div class="who">
          <span>{principal}</span>
          <button onClick={onLogOut}>Log out</button>
        </div>
      )}
      {asked && (
        <ConversationDialog
          asked={asked}
          current={current}
          onDone={conversations.refresh}
          onClose={() => setAsked(null)}
        />
      )}
    </nav>
  )
}

function WorkspaceChoice({ workspaces, workspace, onWorkspace }: SidebarProps) {
  if (workspaces.length < 2) return null
  return (
    <label class="field">
      Workspace
      <select value={workspace} onChange={(event) => onWorkspace(event.currentTarget.value)}>
        {workspaces.map((id) => (
          <option key={id} value={id}>
            {id}
          </option>
        ))}
      </select>
    </label>
  )
}

interface RowProps {
  row: Conversation
  isCurrent: boolean
  onChoose: (row: Conversation) => void
  onAsk: (asked: Asked) => void
}

function Row({ row, isCurrent, onChoose, onAsk }: RowProps) {
  return (
    <li class={isCurrent ? 'current' : ''}>
      <button class="open" aria-current={isCurrent ? 'page' : undefined} onClick={() => onChoose(row)}>
        <span class="title">{row.title}</span>
        <span class="quiet">
          {row.isActive
            ? 'working …'
            : new Date(row.at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })}
          {row.sessionId !== null && !row.isActive && ' · open'}
        </span>
      </button>
      <span class="tools">
        {row.threadId !== null && (
          <button aria-label={`Rename ${row.title}`} title="Rename" onClick={() => onAsk({ kind: 'rename', row })}>
            ✎
          </button>
        )}
        <button aria-label={`Delete ${row.title}`} title="Delete" onClick={() => onAsk({ kind: 'delete', row })}>
          ✕
        </button>
      </span>
    </li>
  )
}
