/** What happens in a session. `notification` is app-server's own word; all others are the gateway's. */
export type SessionEventType =
  | 'session'
  | 'state'
  | 'notification'
  | 'server-request'
  | 'warning'
  | 'gap'
  | 'session-closed'

/** An event as it goes on the wire and into the journal: a server-sent event, whose id is its place in the journal. `data` is JSON. */
export function eventText(seq: number, type: SessionEventType, data: string): string {
  return `id: ${seq}\nevent: ${type}\ndata: ${data}\n\n`
}

/** Those of several events, as `eventText` writes them, that come after the one of this id. */
export function eventsAfter(text: string, after: number): string {
  let at = 0
  while (at < text.length && idAt(text, at) <= after) at = text.indexOf('\n\n', at) + 2 // JSON has no line ends
  return at === 0 ? text : text.slice(at)
}

const idAt = (text: string, at: number) => Number(text.slice(at + 'id: '.length, text.indexOf('\n', at)))
