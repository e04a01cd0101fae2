import { onTestFinished, vi } from 'vitest'
import type { Broker } from '../../../src/broker/broker.ts'
import type { Place, TurnAdmission } from '../../../src/engines/brokered/admission.ts'
import { createBrokeredEngine } from '../../../src/engines/brokered/engine.ts'
import type { FrontEnd } from '../../../src/engines/brokered/front-end.ts'
import { BrokeredTurn } from '../../../src/engines/brokered/turn.ts'
import { GatewayError } from '../../../src/turn/error.ts'
import type { TurnEvent } from '../../../src/turn/event.ts'
import type { TurnRequest } from '../../../src/turn/request.ts'
import { subjectsFor } from '../../../src/wire/subjects.ts'

export const subjects = subjectsFor('test')

/** The engine over a front end that only notes what it is told. */
export function engineOf(waits = false) {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
  vi.advanceTimersByTime(1_000)
  onTestFinished(() => void vi.useRealTimers())
  const seen: unknown[] = []
  let [turn, admit] = [undefined as BrokeredTurn | undefined, (_worker: string) => {}]
  const note =
    (what: string) =>
    (...more: unknown[]): void =>
      void seen.push([what, ...more].join(' '))
  const frontEnd = {
    calls: { note: note('call') },
    add(request: TurnRequest, totalMs: number, admits: (worker: string) => void) {
      note('add')(request.engine, totalMs)
      admit = admits
      return (turn = new BrokeredTurn(request, totalMs, () => {}))
    },
    stop: (_turn: BrokeredTurn, reason: string) => note('stop')(reason),
    remove: () => note('remove')(),
    lose: (which: BrokeredTurn, message: string) => which.lose(message),
    [Symbol.asyncDispose]: async () => note('gone')()
  } as unknown as FrontEnd
  const place: Place = {
    ...{ waits, patience: 9_000, admitted: note('admitted') },
    late: () => new GatewayError('overloaded', 'Late.'),
    [Symbol.dispose]: note('left')
  }
  const admission = {
    enter: () => place,
    share: async (owner: string) => (note('share')(owner), note('shared'))
  } as unknown as TurnAdmission
  const mail = {
    send: (subject: string, message: unknown) => note('send')(subject, JSON.stringify(message)),
    request: async (subject: string, message: unknown) => {
      note('ask')(subject, JSON.stringify(message))
      return { models: [] }
    }
  }
  const engine = createBrokeredEngine({
    ...{ frontEnd, admission, subjects, totalMs: 60_000, broker: { mail } as unknown as Broker },
    engines: [{ name: 'exec' }, { name: 'app-server', can: { tools: true } }]
  })
  let frames = 0
  const events: TurnEvent[] = []
  const run = async (request: Partial<TurnRequest> = {}, signal = new AbortController().signal) => {
    for await (const event of engine.run({ input: [], ...request }, signal)) events.push(event)
    return events
  }
  return {
    ...{ engine, seen, events, run },
    /** A worker takes the turn, and does not have it: it waits again. */
    giveBack: async () => {
      await vi.advanceTimersByTimeAsync(0)
      turn?.give('w', 'run')
      admit('w')
      turn?.takeBack('run', 1)
      await vi.advanceTimersByTimeAsync(0)
    },
    /** A worker takes the turn, and says this. */
    take: async (...said: TurnEvent[]) => {
      await vi.advanceTimersByTimeAsync(0)
      turn?.give('w', 'run')
      admit('w')
      turn?.inbox.receive({ n: ++frames, events: said })
      await vi.advanceTimersByTimeAsync(0)
    }
  }
}
