import type { JobName } from '../../../work/job.ts'
import type { LiveLog } from '../../../work/live-log.ts'
import type { AcceptedResponse, Making } from '../making.ts'
import type { ResponseEvent } from '../event.ts'
import type { Order } from './order.ts'

/** A background response that this gateway makes. */
export interface ActiveResponse {
  name: JobName
  accepted: AcceptedResponse
  order: Order
  making: Making
  /** Where its events go, if anybody may want to read them. */
  log: LiveLog | undefined
  /** Codex may have got it. */
  begun: boolean
}

/** Appends events to the log, as they go on the wire. */
export function logEvents({ log }: Pick<ActiveResponse, 'log'>, events: readonly ResponseEvent[]): undefined {
  if (log) for (const { type, ...rest } of events) log.append((number) => responseEventText(type, number, rest))
}

/** An event of a stream. Its number stands in a fixed place. */
export function responseEventText(type: string, number: number, rest: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: number, ...rest })}\n\n`
}

/** Those events of a text whose numbers are above `after`. */
export function responseEventsAfter(text: string, after: number): string {
  const numbered = /^event: [^\n]*\ndata: \{"type":"[^"]*","sequence_number":(\d+)/
  const events = text.split(/(?<=\n\n)/)
  const first = events.findIndex((event) => Number(numbered.exec(event)?.[1]) > after)
  return first <= 0 ? (first === 0 ? text : '') : events.slice(first).join('')
}
