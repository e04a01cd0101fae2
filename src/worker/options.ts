import type { Broker } from '../broker/broker.ts'
import type { Engine } from '../turn/engine.ts'
import type { Overspent } from '../wire/accounts.ts'
import type { ToExchange } from '../wire/exchange.ts'
import type { WorkerBeat } from '../wire/messages.ts'
import type { Subjects } from '../wire/subjects.ts'

/** Whether turns can run here, and why not. */
export interface WorkerHealth {
  ready: boolean
  problem?: string | undefined
}

export interface WorkerOptions extends Pick<WorkerBeat, 'version' | 'codex' | 'workspaces' | 'ephemeral' | 'agrees'> {
  name: string
  broker: Broker
  subjects: Subjects
  /** Runs the turns. It is the caller's. */
  engine: Engine
  /** Turns that run at once. */
  slots: number
  health: () => Promise<WorkerHealth>
  /** Turns that run in the same slots and that no front end has given it. */
  own?: OwnTurns | undefined
  /** Answers requests of clients, which front ends forward. */
  serve?: ((message: ToExchange | Overspent) => unknown) | undefined
}

export interface OwnTurns {
  readonly active: number
  /** A slot may be free. */
  look(): void
}
