import { setTimeout as sleep } from 'node:timers/promises'
import { contracted } from '../../../src/turn/contract.ts'
import type { Engine } from '../../../src/turn/engine.ts'
import type { TurnEvent } from '../../../src/turn/event.ts'

const delta: TurnEvent = { type: 'item.delta', item_id: 'm', item_type: 'agent_message', delta: 'hello ' }

/** Says what its prompt asks for: `COUNT deltas EVERY`, so many deltas with so many milliseconds before each. */
export function scriptedEngine(): Engine {
  const run = contracted(async function* ({ input }, signal): AsyncGenerator<TurnEvent> {
    const [first] = input
    const [, count = 1, every = 0] =
      /^(\d+) deltas (\d+)$/.exec(first?.type === 'text' ? first.text : '')?.map(Number) ?? []
    yield { type: 'turn.started' }
    for (let said = 0; said < count && !signal.aborted; said += 1) {
      if (every > 0) await sleep(every, undefined, { signal })
      yield delta
    }
    yield { type: 'turn.completed' }
  })
  return { name: 'exec', run, [Symbol.asyncDispose]: async () => {} }
}

/** A turn that `scriptedEngine` understands. `owner`: shares are counted by it. */
export const turnOf = (count: number, every = 0, owner = 'one') => ({
  input: [{ type: 'text' as const, text: `${count} deltas ${every}` }],
  owner
})
