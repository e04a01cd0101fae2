import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TurnEvent } from '../../../src/turn/event.ts'
import type { HistoryItem, TurnRequest } from '../../../src/turn/request.ts'
import { answer, wireUsage } from '../../support/upstream/answer.ts'
import { failsWith, failures, incomplete } from '../../support/upstream/failure.ts'
import { message } from '../../support/upstream/items.ts'
import { cutAfter, heldAfter } from '../../support/upstream/script.ts'
import type { Answer, Script } from '../../support/upstream/script.ts'
import { runs, scriptFor } from '../../support/upstream/tool-calls.ts'
import { startAppServer } from './rig.ts'
import type { AppServerRig } from './rig.ts'
import { assistant, text, user } from './warm.ts'

let rig: AppServerRig
/** Input and output that the scripted model reported to codex. */
let reported: [input: number, output: number]
let history: HistoryItem[] = []

beforeAll(async () => {
  rig = await startAppServer({ retries: 2, engine: { warmThreads: 8 } })
})
afterAll(() => rig[Symbol.asyncDispose]())

const more = { cached: 0, reasoning: 0 }
/** An answer that reports so many tokens. */
const costs =
  (input: number, output: number, given?: Answer): Answer =>
  (request) => {
    reported = [reported[0] + input, reported[1] + output]
    const script = scriptFor(given ?? answer([message('Yes.')]), request)
    const usage = JSON.stringify(wireUsage({ input, output, ...more }))
    return {
      ...script,
      pieces: script.pieces.map((piece) => piece.replace(/"usage":\{.*?\},?"total_tokens":\d+\}/, `"usage":${usage}`))
    }
  }
const lost = (script: Script): Answer => script
const never = new Promise<void>(() => {})

/** Asks for a turn that follows those before it in the same conversation. */
async function ask(answers: Answer[], until?: (event: TurnEvent) => boolean, request: Partial<TurnRequest> = {}) {
  rig.upstream.answerNext(...answers)
  const abort = new AbortController()
  const all: TurnEvent[] = []
  const asked = { input: text('Well?'), history, client: 'ada', ...request }
  for await (const event of rig.engine.run(asked, abort.signal)) {
    all.push(event)
    if (until?.(event)) abort.abort('client')
  }
  const said = all.flatMap((event) =>
    event.type === 'item.completed' && event.item.type === 'agent_message' ? event.item.text : []
  )
  history = [...history, user('Well?'), assistant(...said)]
  return all
}

const countedIn = (all: TurnEvent[]) => {
  const events = all.flatMap((event) => (event.type === 'usage.counted' ? event.usage : []))
  return [
    events.reduce((sum, usage) => sum + usage.input_tokens, 0),
    events.reduce((sum, usage) => sum + usage.output_tokens, 0)
  ]
}
const unknownIn = (all: TurnEvent[]) => all.flatMap((event) => (event.type === 'usage.unknown' ? event.cause : []))
const textCame = ({ type }: TurnEvent) => type === 'item.delta'
const commandRuns = (event: TurnEvent) => event.type === 'item.started' && event.item.type === 'command_execution'
const threadOf = (all: TurnEvent[]) =>
  all.flatMap((event) => (event.type === 'thread.started' ? event.thread_id : []))[0]!
const turnOf = (all: TurnEvent[]) =>
  all.flatMap((event) => (event.type === 'turn.started' ? (event.turn_id ?? '') : []))[0]!

const begins = answer([message(['Half ', 'an answer.'])])
const hangs = heldAfter('response.output_text.delta', begins, never)
const tears = cutAfter('response.output_text.delta', begins, 'drop')
/** A command, and what is answered when it has run. */
const command = (script: string, [input, output]: [number, number], then: Answer): Answer[] => [
  costs(input, output, runs(script, then)),
  then
]

const cases: [string, () => Promise<TurnEvent[][]>, string[]][] = [
  ['two turns', async () => [await ask([costs(100, 7)]), await ask([costs(200, 7)])], []],
  ['a command between two requests', async () => [await ask(command('true', [100, 10], costs(200, 7)))], []],
  [
    'the second of three turns interrupted in its stream',
    async () => [await ask([costs(100, 7)]), await ask([lost(hangs)], textCame), await ask([costs(300, 7)])],
    ['interrupted']
  ],
  [
    'the second turn interrupted while a command runs',
    async () => [
      await ask([costs(100, 7)]),
      await ask(command('sleep 100', [200, 9], costs(1, 1)).slice(0, 1), commandRuns)
    ],
    []
  ],
  ['a stream torn, then whole', async () => [await ask([lost(tears), costs(200, 7, begins)])], ['torn']],
  [
    'a stream torn for good',
    async () => [await ask([lost(tears), lost(tears), lost(tears)])],
    ['torn', 'torn', 'torn']
  ],
  [
    'an incomplete response in the first turn',
    async () => [await ask([costs(200, 7, incomplete('max_output_tokens', 'Half.'))]), await ask([costs(200, 7)])],
    []
  ],
  [
    'an incomplete response in the second turn',
    async () => [await ask([costs(100, 7)]), await ask([costs(200, 7, incomplete('max_output_tokens', 'Half.'))])],
    []
  ],
  [
    'a context that is full in the second request',
    async () => [
      await ask([
        costs(100, 10, runs('true', answer([]))),
        failsWith('context_length_exceeded', 'Your input exceeds the context window of this model.')
      ])
    ],
    []
  ],
  [
    'a thread that is resumed, and then forked',
    async () => {
      const first = await ask([costs(100, 7)], undefined, { thread: { kind: 'new', persistent: true } })
      const resumed = await ask([costs(200, 7)], undefined, { thread: { kind: 'resume', id: threadOf(first) } })
      const fork = { kind: 'fork', id: threadOf(first), afterTurn: turnOf(resumed) } as const
      return [first, resumed, await ask([costs(300, 7)], undefined, { thread: fork })]
    },
    []
  ],
  [
    'a resumed thread interrupted in its stream',
    async () => {
      const first = await ask([costs(100, 7)], undefined, { thread: { kind: 'new', persistent: true } })
      return [first, await ask([lost(hangs)], textCame, { thread: { kind: 'resume', id: threadOf(first) } })]
    },
    ['interrupted']
  ],
  [
    'a response without usage',
    async () => [
      await ask([
        {
          ...begins,
          pieces: begins.pieces.map((piece) => piece.replace(/"usage":\{.*?"total_tokens":\d+\}/, '"usage":null'))
        }
      ])
    ],
    ['not_reported']
  ],
  [
    'a response that is filtered',
    async () => [await ask([incomplete('content_filter', 'No.'), costs(100, 7)])],
    ['torn']
  ],
  ['a response that fails', async () => [await ask([failsWith('server_error', 'No.'), costs(100, 7)])], ['torn']],
  ['a provider that fails before it answers', async () => [await ask([failures.server, costs(100, 7)])], []],
  ['a request that is refused', async () => [await ask([failures.badRequest])], []]
]

describe('the tokens counted are those that the model reported, with', () => {
  it.each(cases)('%s', async (_title, turns, unknown) => {
    reported = [0, 0]
    history = []
    const all = (await turns()).flat()
    expect(countedIn(all)).toEqual(reported)
    expect(unknownIn(all)).toEqual(unknown)
  })
})
