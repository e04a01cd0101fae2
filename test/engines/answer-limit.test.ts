import { describe, expect, it } from 'vitest'
import { answerLimited } from '../../src/engines/answer-limit.ts'
import type { TurnEvent } from '../../src/turn/event.ts'
import { scriptedEngine, stuck } from '../support/scripted-engine.ts'
import type { Step } from '../support/scripted-engine.ts'
import { startConfiguredEngine } from '../support/configured-engine.ts'
import { answer } from '../support/upstream/answer.ts'
import { message } from '../support/upstream/items.ts'

const delta = (text: string, item_type: 'agent_message' | 'reasoning' | 'command_execution' = 'agent_message') =>
  ({ type: 'item.delta', item_id: item_type, item_type, delta: text }) satisfies TurnEvent
const call: TurnEvent = { type: 'tool.called', call_id: 'c', name: 'f', arguments: '{"a":1}' }
const completed: TurnEvent = { type: 'turn.completed' }
const cut = [
  { type: 'usage.unknown', cause: 'interrupted' },
  { type: 'turn.completed', cut: 'length' }
]

async function run(script: Step[]) {
  const inner = scriptedEngine(script)
  const events: TurnEvent[] = []
  for await (const event of answerLimited(inner, 10).run({ input: [] }, new AbortController().signal))
    events.push(event)
  return { events, inner }
}

describe('an engine with a limit of characters', () => {
  it('passes on an answer of just so many, and whatever commands print', async () => {
    const script = [delta('thought', 'reasoning'), delta('x'.repeat(100), 'command_execution'), delta('abc'), completed]
    expect((await run(script)).events).toEqual(script)
  })

  it.each<[string, TurnEvent[], TurnEvent, TurnEvent[]]>([
    ['text', [delta('0123456')], delta('789abc'), [delta('789')]],
    ['reasoning', [delta('0123456789', 'reasoning')], delta('a', 'reasoning'), []],
    ['calls', [call], call, []]
  ])('cuts an answer with more %s off, and interrupts its turn', async (_title, before, more, rest) => {
    const { step } = stuck()
    const { events, inner } = await run([...before, more, step])
    expect(events).toEqual([...before, ...rest, ...cut])
    await inner.turns[0]?.ended
    expect(inner.running).toBe(0)
  })
})

describe.each(['exec', 'app-server'])('the real codex on %s', (name) => {
  it('has an answer without an end cut off', async () => {
    await using codex = await startConfiguredEngine({ CODEX_ENGINE: name, CODEX_MAX_ANSWER_CHARS: '1000' })
    // Few events: codex-cli 0.169 loses some of hundreds that come at once on exec, and the limit may not be reached.
    const messages = Array.from({ length: 6 }, () => message(Array.from({ length: 3 }, () => '0123456789'.repeat(10))))
    const { pieces } = answer(messages)
    codex.upstream.answerAll({ pieces: pieces.slice(0, -1), ending: 'hang' })
    const events: TurnEvent[] = []
    const turn = { input: [{ type: 'text' as const, text: 'Count.' }] }
    for await (const event of codex.engine.run(turn, new AbortController().signal)) events.push(event)
    expect(events.slice(-2)).toEqual(cut)
    const emitted = events.map((event) => (event.type === 'item.delta' ? event.delta : '')).join('')
    expect(emitted).toBe('0123456789'.repeat(100))
  })
})
