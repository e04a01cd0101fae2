import { useCallback, useEffect, useState } from 'preact/hooks'
import { gateway } from '../net/api.ts'
import type { ThreadInfo } from '../net/api.ts'
import type { SessionInfo, SessionState } from '../session/types.ts'

/** A row of the list: a session, a thread, or both: a session is a thread that somebody watches. */
export interface Conversation {
  key: string
  sessionId: string | null
  threadId: string | null
  title: string
  /** Unix milliseconds. */
  at: number
  isActive: boolean
  workspace: string
}

type ListedSession = SessionInfo & { state: SessionState }

/** Sessions and threads of a workspace that contain `search`, those that were used last first. */
export function conversationsFrom(
  workspace: string,
  sessions: readonly ListedSession[],
  threads: readonly ThreadInfo[],
  search: string
): Conversation[] {
  const open = new Map(sessions.map((session) => [session.threadId, session]))
  const byId = new Map(threads.map((thread) => [thread.id, thread]))
  const ofSessions = sessions
    .filter((session) => session.workspace === workspace)
    .map((session) => rowOf(session, byId.get(session.threadId ?? '')))
    .filter(({ title, threadId }) => matches(title, search) || byId.has(threadId ?? ''))
  const ofThreads = threads
    .filter(({ id }) => !open.has(id))
    .map(({ id, name, preview, updatedAt }) => {
      const row = { key: id, sessionId: null, threadId: id, isActive: false, workspace }
      return { ...row, title: titleOf(name, preview), at: updatedAt * 1000 }
    })
  return [...ofSessions, ...ofThreads].sort((a, b) => b.at - a.at)
}

function rowOf(session: ListedSession, thread: ThreadInfo | undefined): Conversation {
  const { id, threadId, workspace, createdAt, state } = session
  const title = titleOf(thread?.name ?? session.name, thread?.preview ?? session.preview)
  const at = Math.max(createdAt, (thread?.updatedAt ?? 0) * 1000)
  return { key: id, sessionId: id, threadId, title, at, isActive: state.activeTurn, workspace }
}

export const titleOf = (name: string | null | undefined, preview: string | null | undefined) =>
  (name || preview || 'New session').split('\n')[0]?.slice(0, 120) ?? ''

const matches = (title: string, search: string) => title.toLowerCase().includes(search.toLowerCase())

export interface Conversations {
  rows: readonly Conversation[]
  error: string | null
  refresh: () => void
}

/** Asks again when `changed` is another one, and when the window gets the focus. */
export function useConversations(workspace: string | null, search: string, changed: unknown): Conversations {
  const [rows, setRows] = useState<readonly Conversation[]>([])
  const [error, setError] = useState<string | null>(null)
  const [asked, setAsked] = useState(0)
  const refresh = useCallback(() => setAsked((count) => count + 1), [])
  useEffect(() => {
    if (workspace === null) return
    let isCurrent = true
    const load = async () => {
      const [{ sessions }, { data }] = await Promise.all([gateway.sessions(), gateway.threads(workspace, search)])
      if (isCurrent) setRows(conversationsFrom(workspace, sessions, data, search))
      if (isCurrent) setError(null)
    }
    const timer = setTimeout(() => void load().catch((reason: Error) => isCurrent && setError(reason.message)), 150)
    return () => {
      isCurrent = false
      clearTimeout(timer)
    }
  }, [workspace, search, changed, asked])
  useEffect(() => {
    addEventListener('focus', refresh)
    return () => removeEventListener('focus', refresh)
  }, [refresh])
  return { rows, error, refresh }
}
