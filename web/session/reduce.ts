import { Draft } from './draft.ts'
import { entryFrom, notify, tokensFrom } from './notifications.ts'
import { fields, list, numberOrNull, text, textOrNull, texts } from './read.ts'
import { emptyView } from './types.ts'
import type { Entry, ServerRequest, SessionEvent, SessionInfo, SessionState, View } from './types.ts'

/** The view after these events, in their order. An event that is in it already changes nothing. */
export function reduce(view: View, events: readonly SessionEvent[]): View {
  if (events.length === 0) return view
  const draft = new Draft(view)
  for (const event of events) apply(draft, event)
  return draft.finished()
}

function apply(draft: Draft, { id, event, data }: SessionEvent): void {
  const isSnapshot = event === 'session' || event === 'state' || event === 'gap' // they carry the place from which it goes on
  if (!isSnapshot && id !== 0 && id <= draft.view.lastId) return
  draft.set({ lastId: Math.max(id, draft.view.lastId) })
  switch (event) {
    case 'session':
      return draft.set({ session: fields(data)['session'] as SessionInfo })
    case 'state':
      return setState(draft, data as SessionState)
    case 'notification':
      return notify(draft, text(fields(data)['method']), fields(fields(data)['params']))
    case 'server-request':
      return setRequest(draft, requestFrom(data))
    case 'warning':
      return draft.put({
        key: `warning:${id}`,
        turnId: null,
        kind: 'notice',
        level: 'warning',
        text: warningText(data)
      })
    case 'gap':
      return bridge(draft, fields(data))
    case 'session-closed':
      return close(draft, text(fields(data)['reason']))
  }
}

const warningText = (data: unknown) => text(fields(data)['message']) || text(fields(data)['type'])

/** A replayed state is older than the one that a stream begins with. */
function setState(draft: Draft, state: SessionState): void {
  if (state.seq < (draft.view.state?.seq ?? 0)) return
  draft.set({ state, tokens: tokensFrom(state.tokenUsage) ?? draft.view.tokens })
}

function requestFrom(data: unknown): ServerRequest {
  const { requestId, method, params, status, deadline, decisions, handled, decision, answeredBy } = fields(data)
  return {
    requestId: text(requestId),
    method: text(method),
    params: fields(params),
    status: text(status),
    deadline: numberOrNull(deadline) ?? 0,
    decisions: texts(decisions),
    handled: handled === true,
    decision: textOrNull(decision),
    answeredBy: textOrNull(answeredBy)
  }
}

function setRequest(draft: Draft, request: ServerRequest): void {
  const others = draft.view.requests.filter(({ requestId }) => requestId !== request.requestId)
  draft.set({ requests: request.handled ? others : [...others, request] })
  if (!request.handled) return
  const key = `request:${request.requestId}`
  const turnId = text(request.params['turnId']) || null
  draft.put({ key, turnId, kind: 'notice', level: 'info', text: requestOutcome(request) })
}

/** What became of a request, in a sentence. */
export function requestOutcome({ status, decision, answeredBy, params, method }: ServerRequest): string {
  const what = text(params['command']) || (method.includes('fileChange') ? 'the change of files' : 'the request')
  const by = answeredBy ? ` by ${answeredBy}` : ''
  if (status === 'expired') return `Declined, as nobody answered in time: ${what}`
  if (status === 'cancelled') return `Withdrawn: ${what}`
  const isAllowed = status === 'answered' && decision !== 'decline' && decision !== 'cancel'
  return `${isAllowed ? 'Allowed' : 'Declined'}${by}: ${what}`
}

/** Events are missing: what the state has of the transcript takes the place of all before. */
function bridge(draft: Draft, { state, next }: Record<string, unknown>): void {
  const { transcript = [], ...rest } = fields(state) as unknown as SessionState
  const notice = 'Some steps are no longer stored. What follows here is complete.'
  draft.replaceAll([
    ...transcript.map(briefEntry),
    { key: `gap:${String(next)}`, turnId: null, kind: 'notice', level: 'warning', text: notice }
  ])
  draft.set({ state: rest, requests: [], gaps: draft.view.gaps + 1, tokens: tokensFrom(rest.tokenUsage) })
  for (const request of list(fields(state)['pendingRequests'])) setRequest(draft, requestFrom(request))
}

function briefEntry({ id, role, text: words, turnId = null }: NonNullable<SessionState['transcript']>[number]): Entry {
  const place = { key: `item:${id}`, turnId, brief: true }
  if (role === 'user') return { ...place, kind: 'user', text: words, images: [] }
  if (role === 'assistant') return { ...place, kind: 'message', text: words, done: true }
  return { ...place, kind: 'notice', level: 'info', text: words }
}

function close(draft: Draft, reason: string): void {
  if (reason !== 'shutdown') draft.set({ closed: reason, requests: [] }) // after a restart it goes on
}

/** With items of its thread, oldest first, before those that are there. */
export function withHistory(view: View, items: readonly { turnId: string; item: object }[]): View {
  const entries = items.flatMap(({ turnId, item }) => entryFrom(fields(item), turnId, true) ?? [])
  return { ...view, older: [...entries, ...view.older] }
}

/** All entries in order. A turn is shown from the events where they are complete, else from the thread. */
export function visibleEntries({ entries, older }: View): readonly Entry[] {
  if (older.length === 0) return entries
  const inThread = new Set(older.map(({ turnId }) => turnId))
  const live = entries.filter(({ brief, turnId }) => !brief || !inThread.has(turnId))
  const isLive = new Set(live.map(({ turnId }) => turnId))
  return [...older.filter(({ turnId }) => !isLive.has(turnId)), ...live]
}

export const viewFrom = (events: readonly SessionEvent[]): View => reduce(emptyView, events)
