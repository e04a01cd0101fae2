import type { ServerResponse } from 'node:http'
import type { Script } from './script.ts'

const eventStream = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' }

/** Plays a script as the answer to request `number`. Returns at once; nothing here throws when the client leaves. */
export function play(script: Script, response: ServerResponse, number: number): void {
  if (script.mute) {
    if (script.ending === 'drop') response.destroy()
    return
  }
  response.writeHead(script.status ?? 200, script.headers ?? eventStream)
  const pieces = script.pieces
  if (script.rate !== undefined) drip(pieces, script.rate, response, number, () => finish(script, response))
  else if (script.hold) void held(script, script.hold, response, number)
  else finish(script, response, render(pieces, number))
}

const render = (pieces: string[], number: number) => pieces.join('').replaceAll('#N#', String(number))

async function held(
  script: Script,
  hold: { after: number; until: Promise<unknown> },
  response: ServerResponse,
  number: number
): Promise<void> {
  response.write(render(script.pieces.slice(0, hold.after), number))
  await hold.until.catch(() => undefined)
  finish(script, response, render(script.pieces.slice(hold.after), number))
}

function finish(script: Script, response: ServerResponse, text = ''): void {
  if (response.destroyed) return
  switch (script.ending) {
    case 'hang':
      response.flushHeaders()
      response.write(text)
      return
    case 'drop':
      response.flushHeaders()
      response.write(text, () => response.destroy())
      return
    default:
      response.end(text)
  }
}

interface Dripping {
  write: (due: number) => boolean
  start: number
  rate: number
}

const dripping = new Set<Dripping>()
let clock: NodeJS.Timeout | undefined

/** All slow answers share one timer, so that hundreds of streams do not measure the timers of the test. */
function drip(pieces: string[], rate: number, response: ServerResponse, number: number, end: () => void): void {
  let sent = 0
  const write = (due: number) => {
    if (response.destroyed) return false
    if (due > sent) response.write(render(pieces.slice(sent, due), number))
    sent = Math.max(sent, due)
    if (sent < pieces.length) return true
    end()
    return false
  }
  response.flushHeaders()
  dripping.add({ write, rate, start: performance.now() })
  clock ??= setInterval(tick, 4)
}

function tick(): void {
  const now = performance.now()
  for (const stream of dripping) {
    if (!stream.write(Math.floor(((now - stream.start) / 1000) * stream.rate))) dripping.delete(stream)
  }
  if (dripping.size > 0) return
  clearInterval(clock)
  clock = undefined
}
