import type { Broker } from '../../broker/broker.ts'
import { contracted, interruptReason } from '../../turn/contract.ts'
import { untilAdmitted } from '../../turn/deadline.ts'
import { abilitiesFor } from '../../turn/engine.ts'
import type { CatalogModel, Engine, EngineInfo, RunTurn } from '../../turn/engine.ts'
import { isTurnEnd } from '../../turn/event.ts'
import type { TurnEvent } from '../../turn/event.ts'
import type { TurnRequest } from '../../turn/request.ts'
import type { Subjects } from '../../wire/subjects.ts'
import { modelsFrom } from '../../wire/models.ts'
import { times } from '../../wire/times.ts'
import type { TurnAdmission } from './admission.ts'
import type { FrontEnd } from './front-end.ts'
import type { BrokeredTurn } from './turn.ts'

export interface BrokeredEngineOptions {
  frontEnd: FrontEnd
  admission: TurnAdmission
  broker: Broker
  subjects: Subjects
  /** The engines that workers have; the preferred one first. */
  engines: readonly [EngineInfo, ...EngineInfo[]]
  /** Milliseconds a turn may take, and may wait. */
  totalMs: number
}

/** Runs turns on workers, over the broker. Which engine runs one there is decided here. */
export function createBrokeredEngine(options: BrokeredEngineOptions): Engine {
  const { broker, subjects, engines, frontEnd } = options
  const [preferred] = engines
  const nameFor = (request: TurnRequest): string => {
    if (request.engine !== undefined) return engines.find(({ name }) => name === request.engine)?.name ?? preferred.name
    const needed = abilitiesFor(request)
    return (engines.find(({ can = {} }) => needed.every((ability) => can[ability])) ?? preferred).name
  }
  const run = runOver(options)
  return {
    name: preferred.name,
    engines,
    nameFor,
    run: contracted((request, signal) => run({ ...request, engine: nameFor(request) }, signal)),
    async forget(thread, workspace) {
      broker.mail.send(subjects.all, { do: 'forget', thread, ...(workspace !== undefined && { workspace }) })
    },
    async models(workspace): Promise<CatalogModel[]> {
      const ask = { do: 'models', ...(workspace !== undefined && { workspace }) }
      return modelsFrom(await broker.mail.request(subjects.any, ask, times.stop))
    },
    [Symbol.asyncDispose]: () => frontEnd[Symbol.asyncDispose]()
  }
}

function runOver({ frontEnd, admission, totalMs }: BrokeredEngineOptions): RunTurn {
  return async function* (request, signal) {
    signal.throwIfAborted()
    const asked = performance.now()
    using place = admission.enter(request)
    const { late, patience } = place
    const leave = await admission.share(request.owner ?? '')
    let turn: BrokeredTurn | undefined
    const admitted = untilAdmitted<string>({ signal, patience, late }, (admit) => {
      turn = frontEnd.add(request, request.timeLimitMs ?? totalMs, (worker) => admit(() => worker))
      return () => {}
    })
    admitted.catch(() => {}) // it may be left before it is waited for
    try {
      if (place.waits) yield { type: 'turn.queued' }
      const worker = await admitted
      place.admitted()
      const queued_ms = performance.now() - asked
      yield { type: 'turn.admitted', engine: request.engine ?? '', queued_ms, worker }
      yield* eventsOf(turn!, worker, frontEnd, signal)
    } finally {
      leave()
      if (turn) frontEnd.remove(turn)
    }
  }
}

const unanswered =
  'The turn was interrupted, and the worker that ran it has not confirmed that. It may still run; what it does may have effects.'

const unheard =
  'The worker had not heard from this gateway for a while, and interrupted the turn. What it did until then may have had effects.'

/** The events of a turn that runs. Left early or aborted, its worker interrupts it. */
async function* eventsOf(
  turn: BrokeredTurn,
  worker: string,
  frontEnd: FrontEnd,
  signal: AbortSignal
): AsyncGenerator<TurnEvent, void, void> {
  let late: NodeJS.Timeout | undefined
  const abort = () => {
    const reason = interruptReason(signal)
    if (!turn.holder) return turn.end({ type: 'turn.interrupted', reason }) // it came back, and waits again
    frontEnd.stop(turn, reason)
    late = setTimeout(() => {
      if (reason === 'client') turn.end({ type: 'turn.interrupted', reason })
      else frontEnd.lose(turn, unanswered) // its caller would otherwise be advised to try again
    }, times.stop)
  }
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })
  try {
    for await (const event of turn.inbox.events()) {
      if (event.type === 'tool.called') frontEnd.calls.note(event.call_id, worker)
      if (event.type === 'turn.interrupted' && event.reason === 'client' && !signal.aborted) {
        frontEnd.lose(turn, unheard) // its end comes next
        continue
      }
      yield event
      if (isTurnEnd(event)) return
    }
  } finally {
    clearTimeout(late)
    signal.removeEventListener('abort', abort)
  }
}
