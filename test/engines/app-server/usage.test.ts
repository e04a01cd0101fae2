import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TurnEvent } from '../../../src/turn/event.ts'
import type { TurnRequest } from '../../../src/turn/request.ts'
import { answer } from '../../support/upstream/answer.ts'
import { failsWith, failures, incomplete } from '../../support/upstream/failure.ts'
import { message } from '../../support/upstream/items.ts'
import { cutAfter, heldAfter } from '../../support/upstream/script.ts'
import type { Answer, Script } from '../../support/upstream/script.ts'
import { runs } from '../../support/upstream/tool-calls.ts'
import { countedIn, CountedConversation, threadOf, unknownIn } from './counting.ts'
import { startAppServer } from './rig.ts'
import type { AppServerRig } from './rig.ts'

let rig: AppServerRig
let conversation: CountedConversation

beforeAll(async () => {
  rig = await startAppServer({ retries: 2, engine: { warmThreads: 8 } })
})
afterAll(() => rig[Symbol.asyncDispose]())

const costs = (input: number, output: number, given?: Answer) => conversation.costs(input, output, given)
const command = (script: string, cost: [number, number], then: Answer) => conversation.command(script, cost, then)
const ask = (answers: Answer[], until?: (event: TurnEvent) => boolean, request?: Partial<TurnRequest>) =>
  conversation.ask(answers, until, request)
const lost = (script: Script): Answer => script
const never = new Promise<void>(() => {})
const textCame = ({ type }: TurnEvent) => type === 'item.delta'
const commandRuns = (event: TurnEvent) => event.type === 'item.started' && event.item.type === 'command_execution'
const turnOf = (all: TurnEvent[]) =>
  all.flatMap((event) => (event.type === 'turn.started' ? (event.turn_id ?? '') : []))[0]!

const begins = answer([message(['Half ', 'an answer.'])])
const hangs = heldAfter('response.output_text.delta', begins, never)
const tears = cutAfter('response.output_text.delta', begins, 'drop')

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
  ['a stream that broke, then a complete one', async () => [await ask([lost(tears), costs(200, 7, begins)])], ['torn']],
  [
    'a stream that breaks for good',
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
  ['a response that is filtered', async () => [await ask([incomplete('content_filter', 'No.')])], ['torn']],
  ['a response that fails', async () => [await ask([failsWith('server_error', 'No.'), costs(100, 7)])], ['torn']],
  ['a provider that fails before it answers', async () => [await ask([failures.server, costs(100, 7)])], []],
  ['a request that is refused', async () => [await ask([failures.badRequest])], []]
]

describe('the tokens counted are those that the model reported, with', () => {
  it.each(cases)('%s', async (_title, turns, unknown) => {
    conversation = new CountedConversation(rig)
    const all = (await turns()).flat()
    expect(countedIn(all)).toEqual(conversation.reported)
    expect(unknownIn(all)).toEqual(unknown)
  })
})
