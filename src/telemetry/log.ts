import { createRequire } from 'node:module'
import { pino } from 'pino'
import type { DestinationStream, Logger } from 'pino'
import type PinoPretty from 'pino-pretty'
import { scrubbed, visible } from './redaction.ts'
import type { TurnListener } from '../turn/listener.ts'
import { transcriptFrom } from '../turn/transcript.ts'

export type Log = Logger

export interface LogOptions {
  /** For people to read; one JSON object a line otherwise. */
  terminal?: boolean
  /** Where it goes; the standard output otherwise. */
  destination?: DestinationStream
  level?: string
}

/** The log. No line contains control characters; `errorText` also removes secrets. */
export function createLog({ terminal = false, destination = bufferedOutput(), level = 'info' }: LogOptions = {}): Log {
  const formatters = { level: (label: string) => ({ level: label }), log: visibleFields }
  return pino({ level, base: null, timestamp: isoTime(), formatters }, terminal ? readable(destination) : destination)
}

/** How long lines wait for others, and how many characters: a write for each took a tenth of the time of a short answer. */
const batch = { ms: 100, length: 8_192 }

/** The standard output, written in batches. Nothing is lost at an exit or a fatal error; SIGKILL loses the last 100 ms. */
function bufferedOutput(): DestinationStream & { flushSync: () => void } {
  const output = pino.destination({ dest: 1, sync: true }) // drops everything once nobody reads it
  let lines = ''
  let timer: NodeJS.Timeout | undefined
  const flushSync = () => {
    clearTimeout(timer)
    timer = undefined
    const text = lines
    lines = ''
    if (text !== '') output.write(text)
  }
  process.on('exit', flushSync)
  return {
    write(line) {
      lines += line
      if (lines.length >= batch.length) flushSync()
      else timer ??= setTimeout(flushSync, batch.ms).unref()
    },
    flushSync // pino calls it after a fatal error; its own one (sonic-boom 4) never returns from a broken pipe
  }
}

/** The time as pino writes it, of which all but the milliseconds is formatted once a second. */
function isoTime(): () => string {
  let [second, text] = [0, '']
  return () => {
    const now = Date.now()
    const ms = now % 1_000
    if (now - ms !== second) {
      second = now - ms
      text = `,"time":"${new Date(second).toISOString().slice(0, -4)}`
    }
    return `${text}${String(ms).padStart(3, '0')}Z"`
  }
}

/** Done here and not by a transport, which would be a worker thread: its lines are lost when the process ends in haste. */
function readable(destination: DestinationStream): DestinationStream {
  const { prettyFactory } = createRequire(import.meta.url)('pino-pretty') as typeof PinoPretty // services need none
  const pretty = prettyFactory({ singleLine: true, translateTime: 'SYS:HH:MM:ss' })
  return { ...destination, write: (line) => destination.write(pretty(line)) }
}

function visibleFields(fields: object): Record<string, unknown> {
  const shown: Record<string, unknown> = { ...fields }
  for (const name in shown) if (typeof shown[name] === 'string') shown[name] = visible(shown[name])
  return shown
}

/** The fields in the text of a line about a request; all fields of its record are logged beside it. */
export interface LoggedRequest {
  method: string
  route: string | undefined
  status: number
  ms: number
  /** How its turn ended. */
  turn?: string | undefined
}

/** One line for a request that is over. */
export function accessLine(log: Log): (record: LoggedRequest) => void {
  return (record) => {
    const { method, route, status, ms } = record
    log[status >= 500 ? 'warn' : 'info'](record, `${method} ${route ?? 'unknown'} ${status} ${ms} ms`)
  }
}

/** One line for a turn that went on when its request was over. */
export function backgroundLine(log: Log): (record: LoggedRequest) => void {
  return (record) => {
    const { method, route, turn, ms } = record
    log[turn === 'turn.failed' ? 'warn' : 'info'](
      record,
      `${method} ${route ?? 'unknown'} in the background ${turn ?? 'not begun'} ${ms} ms`
    )
  }
}

/** A bug or a foreign failure as text: its stack and those of its causes, without `secrets`, keys and addresses. */
export function errorText(error: unknown, secrets: Iterable<string> = []): string {
  if (!(error instanceof Error)) return scrubbed(String(error), secrets)
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  const text = [scrubbed(`${error.name}: ${error.message}`, secrets), ...frames.map((line) => line.trim())].join(' ')
  return error.cause === undefined ? text : `${text} — caused by ${errorText(error.cause, secrets)}`
}

/** What `CODEX_DEBUG_LOG` adds: the prompt, every event but the deltas, and the answer, each text cut at `maxChars`. */
export function turnListener(log: Log, maxChars: number, secrets: Iterable<string> = []): TurnListener {
  const write = (id: string, what: string, text: string) => {
    const clean = scrubbed(text, secrets) // before it is cut: half a secret is not recognized
    log.info({ id, [what]: clean.slice(0, maxChars), ...(clean.length > maxChars && { chars: clean.length }) }, what)
  }
  return {
    onRequest: (id, request) => write(id, 'prompt', transcriptFrom(request).text),
    onEvent: (id, event) => {
      if (event.type === 'item.delta') return
      if (event.type === 'item.completed' && event.item.type === 'agent_message') write(id, 'answer', event.item.text)
      else write(id, 'event', JSON.stringify(event))
    }
  }
}
