import { dripped } from '../../../test/support/upstream/script.ts'
import type { Script } from '../../../test/support/upstream/script.ts'
import { says } from '../../../test/support/upstream/answer.ts'
import type { UpstreamRequest } from '../../../test/support/upstream/request.ts'

const prompt = (turn: number) => `Count for turn ${turn}.`

/** What the model says in a turn: nothing that it says in any other. */
const wordsOf = (turn: number): string[] =>
  Array.from({ length: 1 + ((turn * 7) % 30) }, (_, index) => `${turn}:${index} `)

export const answerOf = (turn: number): string => wordsOf(turn).join('').trim()

/** How one turn ended for its client. */
export type Outcome =
  | 'completed'
  | 'engine_stopped'
  | 'refused'
  /** No worker that took it has begun it in time. */
  | 'timeout'
  /** Its front end was killed or stopped meanwhile. */
  | 'cut'
  /** The client left. */
  | 'left'

export interface EndedTurn {
  turn: number
  outcome: Outcome | undefined
  /** What should not have happened, in words. */
  wrong?: string
  /** Of a turn without an end: where it was asked for, and how far it came. */
  where?: string
}

/** The model of the soak, which counts how often each turn was started. */
export class CountingModel {
  readonly starts = new Map<number, number>()

  readonly answer = (request: UpstreamRequest): Script => {
    const turn = Number(/Count for turn (\d+)\./.exec(request.userTexts.at(-1) ?? '')?.[1])
    this.starts.set(turn, (this.starts.get(turn) ?? 0) + 1)
    return dripped(60, says(...wordsOf(turn)))
  }
}

export interface Ask {
  url: string
  /** The name of the front end. */
  front: string
  token: string
  turn: number
  stream: boolean
  /** Milliseconds after which the client leaves. */
  leavesAfter?: number | undefined
  /** Whether its front end was killed or stopped since the request began. */
  isCut: () => boolean
}

/** Milliseconds after which a turn has no end: longer than anything that the soak breaks. */
const patience = 60_000

/** One turn of one client, and whether what it got is right. */
export async function ask(asked: Ask): Promise<EndedTurn> {
  const { url, front, token, turn, stream, leavesAfter = patience, isCut } = asked
  const signal = AbortSignal.timeout(leavesAfter)
  let hasHead = false
  try {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-5.5', stream, messages: [{ role: 'user', content: prompt(turn) }] }),
      signal
    })
    hasHead = true
    const text = await response.text()
    return { turn, ...(stream && response.ok ? endOfStream(turn, text) : endOfAnswer(turn, response.status, text)) }
  } catch (error) {
    if (signal.aborted && leavesAfter < patience) return { turn, outcome: 'left' }
    if (isCut()) return { turn, outcome: 'cut' } // a client may wait for one that was killed
    if (signal.aborted) {
      const where = `${front}, ${stream ? 'streamed' : 'not streamed'}, ${hasHead ? 'after' : 'before'} its head`
      return { turn, outcome: undefined, wrong: 'it had no end', where }
    }
    return { turn, outcome: undefined, wrong: `its connection broke: ${String((error as Error).cause ?? error)}` }
  }
}

type End = Omit<EndedTurn, 'turn'>

const failed = (code: string, text: string): End =>
  code === 'engine_stopped' || code === 'timeout'
    ? { outcome: code }
    : { outcome: undefined, wrong: `it failed: ${text}` }

function endOfAnswer(turn: number, status: number, text: string): End {
  // 408: its front end was frozen for longer than a body may take to arrive; nothing has begun
  if (status === 429 || status === 503 || status === 408) return { outcome: 'refused' }
  const { error, choices } = JSON.parse(text) as Answer
  if (error) return failed(error.code, text)
  return completed(turn, choices?.[0]?.message?.content ?? '', choices?.[0]?.finish_reason)
}

interface Answer {
  error?: { code: string }
  choices?: { finish_reason?: string | null; message?: { content: string }; delta?: { content?: string } }[]
}

function endOfStream(turn: number, text: string): End {
  const said: string[] = []
  let finished: string | null | undefined
  for (const [, data = ''] of text.matchAll(/^data: (.+)$/gm)) {
    if (data === '[DONE]') break
    const { error, choices } = JSON.parse(data) as Answer
    if (error && !isBeginning(turn, said.join(''))) return { outcome: undefined, wrong: `it said ${said.join('')}` }
    if (error) return error.code === 'overloaded' ? { outcome: 'refused' } : failed(error.code, data)
    said.push(choices?.[0]?.delta?.content ?? '')
    finished ??= choices?.[0]?.finish_reason
  }
  return completed(turn, said.join(''), finished)
}

const isBeginning = (turn: number, said: string) => answerOf(turn).startsWith(said.trim())

function completed(turn: number, said: string, finished: string | null | undefined): End {
  if (finished !== 'stop') return { outcome: undefined, wrong: `its stream broke off after ${said}` }
  if (said.trim() !== answerOf(turn)) return { outcome: undefined, wrong: `it said ${said}` }
  return { outcome: 'completed' }
}
