import { onTestFinished, vi } from 'vitest'
import type { Broker } from '../../../src/broker/broker.ts'
import { Placing } from '../../../src/engines/brokered/placing.ts'
import type { PlacingOptions } from '../../../src/engines/brokered/placing.ts'
import { BrokeredTurn } from '../../../src/engines/brokered/turn.ts'
import { subjectsFor } from '../../../src/wire/subjects.ts'

const subjects = subjectsFor('test')
export const turnOf = (owner = 'ada') => new BrokeredTurn({ input: [], owner }, 60_000, () => {})

/** Placing on a broker whose workers answer offers by `accepts`, and whose line by `put`. */
export function placingOf(more: Partial<PlacingOptions> = {}) {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
  vi.advanceTimersByTime(1_000)
  onTestFinished(() => void vi.useRealTimers())
  const offers: string[] = []
  const line = { id: 'line', first: 1, tickets: [] as (string | undefined)[], removed: [] as number[], looks: 0 }
  const mail = { isUp: true }
  const world = {
    accepts: (_worker: string): unknown => ({ accepted: false }),
    put: async (): Promise<void> => {}
  }
  const workers = new Map(['v', 'w', 'x'].map((worker) => [subjects.worker(worker), worker]))
  const turns = new Map<string, string>()
  const broker = {
    mail: Object.assign(mail, {
      request: async (subject: string, { turn }: { turn: string }) => {
        const worker = workers.get(subject) ?? subject
        offers.push(`${worker} ${turns.get(turn)}`)
        return world.accepts(worker)
      }
    }),
    line: {
      put: async (_owner: string, { turn }: { turn: string }) => {
        await world.put()
        return line.tickets.push(turns.get(turn))
      },
      remove: async (ticket: number) => void line.removed.push(ticket),
      state: async () => (line.looks++, { id: line.id, first: line.first })
    }
  } as unknown as Broker
  const placing = new Placing({ broker, subjects, front: 'front', workerFor: () => undefined, ...more })
  const add = (name: string, turn = turnOf()) => {
    turns.set(turn.id, name)
    placing.add(turn)
    return turn
  }
  const close = (turn: BrokeredTurn) => {
    turn.close()
    placing.remove(turn)
  }
  return { placing, add, close, offers, line, mail, world, pass: (ms: number) => vi.advanceTimersByTimeAsync(ms) }
}
