import { useEffect, useMemo } from 'preact/hooks'
import { text } from '../session/read.ts'
import { visibleEntries } from '../session/reduce.ts'
import type { Entry, View } from '../session/types.ts'
import type { Connection } from '../net/stream.ts'
import { Announcer } from './announcer.tsx'
import { Composer } from './composer.tsx'
import { RequestCard } from './request.tsx'
import { Transcript } from './transcript.tsx'
import { Usage } from './usage.tsx'
import { titleOf } from './use-conversations.ts'
import { useSession } from './use-session.ts'

interface SessionProps {
  id: string
  login: number
  /** Called with what the list shows of it, when that changes. */
  onChange: (what: string) => void
}

/** One session: what happened in it, what Codex asks, and where to write. */
export function SessionPane({ id, login, onChange }: SessionProps) {
  const { view, connection, hasOlder, loadOlder } = useSession(id, login)
  const entries = useMemo(() => visibleEntries(view), [view.entries, view.older])
  const { state, session, closed, requests, tokens } = view
  const workspace = session?.workspace ?? state?.workspace ?? ''
  useEffect(
    () => onChange(`${id} ${state?.activeTurn} ${state?.threadId} ${session?.name} ${closed}`),
    [id, state?.activeTurn, state?.threadId, session?.name, closed]
  )
  return (
    <main class="session">
      <header>
        <h1>{titleFrom(view)}</h1>
        <ConnectionState connection={connection} closed={closed} isActive={state?.activeTurn ?? false} />
        <Usage tokens={tokens} workspace={workspace} isActive={state?.activeTurn ?? false} />
      </header>
      <Transcript entries={entries} hasOlder={hasOlder} loadOlder={loadOlder} isReady={state !== null} />
      {requests.length > 0 && (
        <div class="requests">
          {requests.map((request) => (
            <RequestCard
              key={request.requestId}
              sessionId={id}
              request={request}
              entry={entryOf(request.params, entries)}
            />
          ))}
        </div>
      )}
      <Composer
        sessionId={id}
        workspace={workspace}
        state={state}
        closed={closed === null ? null : closedWords(closed)}
      />
      <Announcer view={view} entries={entries} />
    </main>
  )
}

function titleFrom({ session, entries }: View): string {
  const first = entries.find(({ kind }) => kind === 'user')
  return titleOf(session?.name ?? session?.preview, first?.kind === 'user' ? first.text : null)
}

const entryOf = (params: Readonly<Record<string, unknown>>, entries: readonly Entry[]) =>
  entries.findLast(({ key }) => key === `item:${text(params['itemId'])}`)

const closedWords = (reason: string) =>
  `This session was closed (${reason}). Its thread is still in the list, unless it was deleted.`

interface ConnectionProps {
  connection: Connection
  closed: string | null
  isActive: boolean
}

function ConnectionState({ connection, closed, isActive }: ConnectionProps) {
  const [kind, words] =
    closed !== null
      ? ['ended', 'closed']
      : connection === 'live'
        ? ['live', isActive ? 'working …' : 'connected']
        : [
            connection,
            { connecting: 'connecting …', reconnecting: 'reconnecting …', ended: 'not connected' }[connection]
          ]
  return (
    <span class={`connection ${kind}`} role="status">
      {words}
    </span>
  )
}
