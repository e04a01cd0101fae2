/** Notifications of app-server (codex-cli 0.169) from which it is known what turns spend. */
const metered: ReadonlySet<string> = new Set([
  'turn/started',
  'turn/completed',
  'rawResponse/completed',
  'thread/tokenUsage/updated',
  'thread/settings/updated',
  'serverRequest/resolved',
  'error'
])

/** Of the client's own messages: what `rawResponse/completed` repeats, at length. */
export const rawItemMethod = 'rawResponseItem/completed'

const compaction = /^\{"method":"item\/(?:started|completed)","params":\{"item":\{"type":"contextCompaction"/

/** Whether a notification must be read. `start`: its first characters; items are long, and only compactions count. */
export function isMetered(method: string, start: string): boolean {
  return metered.has(method) || compaction.test(start)
}

/** What a client may not opt out of, because the gateway reads it too. */
export function isNeeded(method: string): boolean {
  return metered.has(method) || method === 'item/started' || method === 'item/completed'
}

/** Requests after which the model is asked, each in a turn of its own. */
export const turnMethods: readonly string[] = ['turn/start', 'review/start', 'thread/compact/start']

/** Requests that open a thread; the client hears what happens in it from then on. */
export const openingMethods: readonly string[] = ['thread/start', 'thread/resume', 'thread/fork']

/** Requests after which codex may begin turns by itself. */
export const settingOff: readonly string[] = [
  ...['thread/queue/add', 'thread/queue/update', 'thread/queue/start', 'thread/queue/reorder'],
  'thread/goal/set'
]
