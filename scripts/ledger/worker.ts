// Accounts for turns until it is killed, and notes in a file what was reported and which turns were over: each line is written before
// the next thing happens.
import { appendFileSync } from 'node:fs'
import { randomInt, randomUUID } from 'node:crypto'
import { accounted } from '../../src/engines/accounted.ts'
import { Calendar } from '../../src/ledger/calendar.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import { limitFrom } from '../../src/turn/limit.ts'
import { Store } from '../../src/store/store.ts'
import { contracted, interruptReason } from '../../src/turn/contract.ts'
import type { TurnEvent, UsageEvent } from '../../src/turn/event.ts'

const [folder = '', notes = ''] = process.argv.slice(2)
const store = new Store({ folder })
const ledger = new Ledger({ store, calendar: new Calendar(), modelOf: () => 'model' })
ledger.start()
const limit = limitFrom('900000M tokens a day')
ledger.rules = () => (limit ? [{ subject: 'principal:limited', limit, on_limit: 'stop' }] : [])

const chance = (one: number) => randomInt(one) === 0
const pause = () => new Promise((resolve) => setTimeout(resolve, randomInt(4)))
const note = (...words: (string | number)[]) => appendFileSync(notes, `${words.join(' ')}\n`)

function counted(turn: string, place: number): TurnEvent & { type: 'usage.counted' } {
  const input_tokens = randomInt(1, 100_000)
  const rest = { cached_input_tokens: randomInt(input_tokens), cache_write_input_tokens: 0, reasoning_output_tokens: 0 }
  const subagent = chance(10) ? { thread_id: `sub-${turn}`, root_turn_id: turn } : { thread_id: turn }
  return {
    type: 'usage.counted',
    response_id: `${turn}/${place}`,
    ...subagent,
    usage: { input_tokens, output_tokens: randomInt(1, 5_000), ...rest },
    source: chance(10) ? 'total' : 'response'
  }
}

/** What may happen after an answer: a compaction that is an answer of its own, or one that codex does not count. */
function* compacted(turn: string, place: number): Generator<TurnEvent & UsageEvent> {
  if (chance(12)) yield { ...counted(turn, place), response_id: `${turn}/compaction-${place}` }
  if (chance(12)) yield { type: 'usage.unknown', cause: 'compaction' }
}

/** Noted before it is reported. */
function noted<T extends UsageEvent>(event: T, turn: string, owner: string): T {
  if (event.type === 'usage.unknown') note('U', turn)
  else note('R', event.response_id, event.usage.input_tokens, event.usage.output_tokens, owner)
  return event
}

/** A turn of one to four answers; one in ten is reported twice, one turn in ten fails or has an answer that is not reported. */
const engine = {
  name: 'scripted',
  run: contracted(async function* ({ owner = '' }, signal): AsyncGenerator<TurnEvent> {
    const turn = randomUUID()
    yield { type: 'thread.started', thread_id: turn }
    for (let place = 0, count = randomInt(1, 5); place < count; place++) {
      await pause()
      if (signal.aborted) return void (yield { type: 'turn.interrupted', reason: interruptReason(signal) })
      const event = noted(counted(turn, place), turn, owner)
      yield event
      if (chance(10)) yield event
      for (const more of compacted(turn, place)) yield noted(more, turn, owner)
    }
    if (chance(10)) yield noted({ type: 'usage.unknown', cause: 'torn' }, turn, owner)
    yield chance(10)
      ? { type: 'turn.failed', error: { code: 'upstream_error', message: 'no' } }
      : { type: 'turn.completed' }
    note('E', turn) // only when its end was taken, and with it the next event asked for
  }),
  async [Symbol.asyncDispose]() {}
}

async function turns(owner: string): Promise<never> {
  for (;;) {
    const abort = new AbortController()
    if (chance(12)) setTimeout(() => abort.abort('client'), randomInt(12))
    let turn = ''
    for await (const event of accounted(engine, ledger).run({ input: [], owner }, abort.signal)) {
      if (event.type === 'thread.started') turn = event.thread_id
      if (event.type.startsWith('turn.')) note('E', turn)
      if (chance(60)) break // its reader leaves
    }
  }
}

for (let place = 0; place < 12; place++) void turns(place % 4 === 0 ? 'limited' : `principal-${place % 3}`)
