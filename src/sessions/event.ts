/** What happens in a session. `notification` is app-server's own word; all others are the gateway's. `agent` is an event of the Agents API, for its readers alone. */
export type SessionEventType =
  | 'session'
  | 'state'
  | 'notification'
  | 'server-request'
  | 'warning'
  | 'gap'
  | 'session-closed'
  | 'agent'

/** Whom an event is for: readers of the Agents API, or all others. */
export type Audience = 'agent' | 'session'

export const audienceOf = (type: SessionEventType): Audience => (type === 'agent' ? 'agent' : 'session')

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

const agentMark = '\nevent: agent\n'

/** Of several events, as `eventText` writes them, those for one audience. Those of the Agents API are named in their data, and have no other name. */
export function eventsFor(audience: Audience, text: string): string {
  if (!text.includes(agentMark)) return audience === 'agent' ? '' : text
  const events = text
    .split('\n\n')
    .filter((event) => event !== '' && event.includes(agentMark) === (audience === 'agent'))
  return events.map((event) => `${audience === 'agent' ? event.replace(agentMark, '\n') : event}\n\n`).join('')
}
