import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { ApiError, call, gateway } from '../net/api.ts'
import { Stream } from '../net/stream.ts'
import type { Connection } from '../net/stream.ts'
import { reduce, withHistory } from '../session/reduce.ts'
import { emptyView } from '../session/types.ts'
import type { View } from '../session/types.ts'

export interface WatchedSession {
  view: View
  connection: Connection
  /** Whether the thread has items that are not in the view. */
  hasOlder: boolean
  loadOlder: () => Promise<void>
}

/** Follows a session for as long as it is shown. `login` counts logins: after one the stream goes on where it ended. */
export function useSession(id: string, login: number): WatchedSession {
  const [view, setView] = useState<View>(emptyView)
  const [connection, setConnection] = useState<Connection>('connecting')
  const after = useRef(0)
  useEffect(() => {
    const stream = new Stream({
      path: (from) => gateway.eventsPath(id, from),
      after: after.current,
      onEvents: (events) =>
        setView((before) => {
          const next = reduce(before, events)
          after.current = next.lastId
          return next
        }),
      onConnection: setConnection,
      mayRetry: () => mayRetry(id, (reason) => setView((before) => ({ ...before, closed: before.closed ?? reason })))
    })
    const stop = reopenAfterSleep(stream)
    return () => {
      stop()
      stream.close()
    }
  }, [id, login])
  return { view, connection, ...useOlder(view, setView) }
}

/** A tab that was in the background may have slept with its machine: its connection is dead, and nobody knows. */
function reopenAfterSleep(stream: Stream): () => void {
  let hiddenSince = Infinity
  const look = () => {
    if (document.hidden) hiddenSince = Date.now()
    else if (Date.now() - hiddenSince > 30_000) stream.reopen()
  }
  document.addEventListener('visibilitychange', look)
  return () => document.removeEventListener('visibilitychange', look)
}

/** Nobody is logged in: `call` shows the login. The session is gone: `end` is called. Anything else may pass. */
async function mayRetry(id: string, end: (reason: string) => void): Promise<boolean> {
  try {
    await call('GET', `/api/sessions/${id}/state`)
    return true
  } catch (error) {
    const status = error instanceof ApiError ? error.status : 0
    if (status === 404) end('gone')
    return status !== 404 && status !== 401
  }
}

type SetView = (change: (before: View) => View) => void

/** What the thread has from before the session's events, a page at a time, the newest first. */
function useOlder({ state, session, gaps }: View, setView: SetView): Pick<WatchedSession, 'hasOlder' | 'loadOlder'> {
  const [cursor, setCursor] = useState<string | null>(null)
  const [hasOlder, setHasOlder] = useState(false)
  const threadId = state?.threadId ?? null
  const workspace = session?.workspace ?? ''
  const load = useCallback(
    async (from: string | null) => {
      if (threadId === null) return
      const { data, nextCursor } = await gateway.history(workspace, threadId, from)
      setView((before) => withHistory(from === null ? { ...before, older: [] } : before, data.reverse()))
      setCursor(nextCursor)
      setHasOlder(nextCursor !== null)
    },
    [threadId, workspace]
  )
  useEffect(() => {
    setHasOlder(false)
    load(null).catch(() => setHasOlder(true)) // it can be asked for again
  }, [load, gaps])
  return { hasOlder, loadOlder: useCallback(() => load(cursor), [load, cursor]) }
}
