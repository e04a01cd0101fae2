import type { Draft } from './draft.ts'
import { changeFrom, contentOf, maxOutput } from './item.ts'
import { fields, list, numberOrNull, text } from './read.ts'
import type { Fields } from './read.ts'
import type { Entry } from './types.ts'

/** Puts one notification of app-server's into the draft. Those that show nothing are left out. */
export function notify(draft: Draft, method: string, params: Fields): void {
  handlers[method]?.(draft, params)
}

const handlers: Readonly<Record<string, (draft: Draft, params: Fields) => void>> = {
  'item/started': (draft, params) => putItem(draft, params, false),
  'item/completed': (draft, params) => putItem(draft, params, true),
  'item/agentMessage/delta': (draft, params) => append(draft, params, 'message'),
  'item/plan/delta': (draft, params) => append(draft, params, 'message'),
  'item/reasoning/summaryTextDelta': (draft, params) => append(draft, params, 'reasoning'),
  'item/reasoning/textDelta': (draft, params) => append(draft, params, 'reasoning'),
  'item/reasoning/summaryPartAdded': (draft, params) => {
    const found = draft.entry(keyOf(params))
    if (found?.kind === 'reasoning' && found.text !== '') draft.put({ ...found, text: `${found.text}\n\n` })
  },
  'item/commandExecution/outputDelta': appendOutput,
  'item/fileChange/patchUpdated': (draft, params) => {
    const found = draft.entry(keyOf(params))
    if (found?.kind === 'files') draft.put({ ...found, changes: list(params['changes']).map(changeFrom) })
  },
  'turn/plan/updated': putPlan,
  'turn/diff/updated': (draft, params) => {
    const diff = text(params['diff'])
    const key = `diff:${text(params['turnId'])}`
    if (diff !== '') draft.put({ key, turnId: text(params['turnId']), kind: 'diff', diff })
    else if (draft.entry(key)) draft.remove(key)
  },
  'thread/tokenUsage/updated': (draft, params) => draft.set({ tokens: tokensFrom(params['tokenUsage']) }),
  'thread/name/updated': (draft, params) => {
    const { session } = draft.view
    if (session) draft.set({ session: { ...session, name: text(params['threadName']) || null } })
  },
  error: putError,
  'turn/completed': endTurn
}

const keyOf = (params: Fields) => `item:${text(params['itemId'])}`

function putItem(draft: Draft, params: Fields, done: boolean): void {
  const item = fields(params['item'])
  const entry = entryFrom(item, text(params['turnId']), done)
  if (!entry) return
  const before = draft.entry(entry.key)
  const streamed = before?.kind === 'command' && entry.kind === 'command' && entry.output === '' ? before.output : ''
  draft.put(entry.kind === 'command' && streamed !== '' ? { ...entry, output: streamed } : entry)
}

/** An item of a thread as an entry. */
export function entryFrom(item: Fields, turnId: string | null, done: boolean): Entry | undefined {
  const content = contentOf(item, done)
  return content && { key: `item:${text(item['id'])}`, turnId, ...content }
}

/** A delta of an item that was never started begins it. */
function append(draft: Draft, params: Fields, kind: 'message' | 'reasoning'): void {
  const found = draft.entry(keyOf(params))
  const before = found?.kind === kind ? found.text : ''
  const rest = { turnId: text(params['turnId']), kind, done: false }
  draft.put({ key: keyOf(params), ...rest, text: before + text(params['delta']) })
}

function appendOutput(draft: Draft, params: Fields): void {
  const found = draft.entry(keyOf(params))
  if (found?.kind !== 'command') return
  draft.put({ ...found, output: (found.output + text(params['delta'])).slice(-maxOutput) })
}

function putPlan(draft: Draft, params: Fields): void {
  const turnId = text(params['turnId'])
  const steps = list(params['plan']).map((value) => {
    const { step, status } = fields(value)
    return { step: text(step), status: text(status) }
  })
  draft.put({ key: `plan:${turnId}`, turnId, kind: 'plan', explanation: text(params['explanation']), steps })
}

/** Also of the `tokenUsage` of a state. */
export function tokensFrom(usage: unknown) {
  const { total, last, modelContextWindow } = fields(usage)
  const count = numberOrNull(fields(total)['totalTokens'])
  return count === null
    ? null
    : { total: count, last: numberOrNull(fields(last)['totalTokens']) ?? 0, window: numberOrNull(modelContextWindow) }
}

function putError(draft: Draft, params: Fields): void {
  const turnId = text(params['turnId'])
  const message = text(fields(params['error'])['message'])
  const isRetried = params['willRetry'] === true
  const level = isRetried ? 'warning' : 'error'
  const words = isRetried ? `${message} – Codex tries again.` : message
  draft.put({ key: `error:${turnId}`, turnId, kind: 'notice', level, text: words })
}

/** What was left in progress ends with its turn. */
function endTurn(draft: Draft, params: Fields): void {
  const { id, status, error } = fields(params['turn'])
  const turnId = text(id) || text(params['turnId'])
  for (const entry of draft.finished().entries) if (entry.turnId === turnId) endEntry(draft, entry)
  if (status === 'completed') return draft.entry(`error:${turnId}`) && draft.remove(`error:${turnId}`)
  const message = text(fields(error)['message'])
  const level = status === 'interrupted' ? 'info' : 'error'
  const what = status === 'interrupted' ? 'Interrupted.' : 'The turn failed.'
  draft.put({ key: `error:${turnId}`, turnId, kind: 'notice', level, text: message ? `${what} ${message}` : what })
}

function endEntry(draft: Draft, entry: Entry): void {
  if ('done' in entry && !entry.done) draft.put({ ...entry, done: true })
  else if ('status' in entry && entry.status === 'inProgress') draft.put({ ...entry, status: 'interrupted' })
}
