import type { UpstreamRequest } from './request.ts'

/** What goes over the wire in answer to one request. Every `#N#` in it becomes the number of the request, so that ids differ. */
export interface Script {
  /** Default 200. */
  status?: number
  /** Default: an event stream. */
  headers?: Record<string, string>
  /** Parts of the body in order; in an event stream each part is one event. */
  pieces: string[]
  /** What follows the last piece: a proper end, a torn connection, or nothing for ever. Default `end`. */
  ending?: 'end' | 'drop' | 'hang'
  /** Pieces a second; all at once when left out. */
  rate?: number
  /** Waits here, with `after` pieces sent, until the promise settles. */
  hold?: { after: number; until: Promise<unknown> }
  /** Not even a status line is sent. */
  mute?: boolean
}

export type Answer = Script | ((request: UpstreamRequest) => Script)

/** An event of the Responses API. */
export interface WireEvent {
  type: string
  [more: string]: unknown
}

/** The event as it is streamed. */
export function sse(event: WireEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}

/** How many pieces there are up to and including the `nth` event of this type. */
function countThrough(script: Script, type: string, nth: number): number {
  const places = script.pieces.flatMap((piece, index) => (piece.startsWith(`event: ${type}\n`) ? [index] : []))
  const place = places[nth - 1]
  if (place === undefined) throw new Error(`The script has no event number ${nth} of type ${type}`)
  return place + 1
}

/** The script up to and including the `nth` event of this type, and then only what `ending` says. */
export function cutAfter(type: string, script: Script, ending: 'drop' | 'hang' | 'end', nth = 1): Script {
  return { ...script, pieces: script.pieces.slice(0, countThrough(script, type, nth)), ending }
}

/** The script with a stop after the `nth` event of this type, until the promise settles. */
export function heldAfter(type: string, script: Script, until: Promise<unknown>, nth = 1): Script {
  return { ...script, hold: { after: countThrough(script, type, nth), until } }
}

/** The script at `rate` events a second. */
export function dripped(rate: number, script: Script): Script {
  return { ...script, rate }
}

/** Accepts the request and never sends a byte. */
export const mute: Script = { pieces: [], mute: true }

/** Tears the connection without a byte. */
export const dropped: Script = { pieces: [], mute: true, ending: 'drop' }

/** Sends the headers of an event stream and then nothing. */
export const silent: Script = { pieces: [], ending: 'hang' }

/** Something a script can be held at, until the test opens it. */
export function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {}
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { opened, open }
}
