import { accounted } from '../../src/engines/accounted.ts'
import { Calendar } from '../../src/ledger/calendar.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import { Store } from '../../src/store/store.ts'
import type { Engine } from '../../src/turn/engine.ts'
import type { TurnEvent } from '../../src/turn/event.ts'

const usage = {
  input_tokens: 900,
  cached_input_tokens: 0,
  cache_write_input_tokens: 0,
  output_tokens: 90,
  reasoning_output_tokens: 0
}

/** Answers in `deltas` pieces, which come one after the other as codex sends them. */
function scripted(deltas: number): Engine {
  let turn = 0
  return {
    name: 'scripted',
    async *run(): AsyncGenerator<TurnEvent> {
      const thread_id = `0199c8f0-0000-7000-8000-${String(turn++).padStart(12, '0')}`
      yield { type: 'thread.started', thread_id }
      await new Promise((resolve) => setImmediate(resolve))
      for (let piece = 0; piece < deltas; piece++)
        yield { type: 'item.delta', item_id: 'm', item_type: 'agent_message', delta: 'word ' }
      yield { type: 'usage.counted', response_id: `resp_${thread_id}`, thread_id, usage, source: 'response' }
      yield { type: 'turn.completed', usage }
    },
    async [Symbol.asyncDispose]() {}
  }
}

/** Microseconds of the processor that accounting takes a turn, beside the same turns without it, in turn. */
export async function cost(
  folder: string,
  { turns, atOnce, deltas }: { turns: number; atOnce: number; deltas: number }
): Promise<number> {
  using store = new Store({ folder })
  using ledger = new Ledger({ store, calendar: new Calendar(), modelOf: () => 'model' })
  ledger.start()
  const plain = scripted(deltas)
  const counted = accounted(plain, ledger)
  await processorTime(plain, 1_000, atOnce) // a gateway has run for long
  await processorTime(counted, 1_000, atOnce)
  const spent = { plain: 0, counted: 0 }
  for (let round = 0; round < 10; round++) {
    spent.plain += await processorTime(plain, turns / 10, atOnce)
    spent.counted += await processorTime(counted, turns / 10, atOnce)
  }
  return (spent.counted - spent.plain) / turns
}

async function processorTime(engine: Engine, turns: number, atOnce: number): Promise<number> {
  const before = process.cpuUsage()
  const each = async () => {
    for (let turn = 0; turn < turns / atOnce; turn++)
      for await (const _ of engine.run({ input: [], owner: 'anna' }, new AbortController().signal));
  }
  await Promise.all(Array.from({ length: atOnce }, each))
  const { user, system } = process.cpuUsage(before)
  return user + system
}
