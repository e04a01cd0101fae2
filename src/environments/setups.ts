import { setTimeout as sleep } from 'node:timers/promises'
import { unlessAborted } from '../turn/deadline.ts'
import type { Environment, SetupCommand } from './environment.ts'
import type { EnvironmentStore } from './environment-store.ts'
import { hasFailed, isReady, wasLost } from './setup-state.ts'
import type { SetupEnd, SetupState } from './setup-state.ts'

/** How a command ended: null where a signal ended it. `output` is the end of what it wrote. */
export interface CommandEnd {
  code: number | null
  output: string
}

export interface SetupsOptions {
  store: Pick<EnvironmentStore, 'find' | 'setSetup'>
  /** Runs a command as those of the environment's turns are. Rejects when `signal` aborts, with nothing of it left. */
  run: (environment: Environment, command: SetupCommand, signal: AbortSignal) => Promise<CommandEnd>
  /** Resolves to what gives the place back, when there is room for another environment of this owner to be set up. */
  enter: (owner: string, signal: AbortSignal) => Promise<() => void>
  /** Whether what an environment takes of the disk is within its bounds. */
  isSmall: (environment: Environment) => Promise<boolean>
  /** Of this gateway. */
  mark: () => string
  isAlive: (mark: string) => boolean
}

/** Milliseconds: that all commands of an environment may take, between two looks at what they have written, and at what another gateway runs. */
const times = { all: 1_200_000, disk: 2_000, look: 500 }

/** Runs the setup commands of environments, each once, in their order. */
export class Setups {
  readonly #options: SetupsOptions
  readonly #running = new Map<string, { stop: AbortController; end: Promise<SetupEnd> }>()

  constructor(options: SetupsOptions) {
    this.#options = options
  }

  /** Begins to run the commands of an environment that is new. `done` is called when they have ended. */
  begin(environment: Environment, done: (end: SetupEnd) => void = () => {}): void {
    const stop = new AbortController()
    const end = this.#end(environment, stop)
    this.#running.set(environment.id, { stop, end })
    void end.then((state) => {
      this.#running.delete(environment.id)
      if (state === wasLost) return // nothing is stored: it stays with a gateway that is gone
      try {
        this.#options.store.setSetup(environment.id, state)
        done(state)
      } catch {
        // the store cannot be used: the environment is lost with this gateway
      }
    })
  }

  /** How far the setup of an environment has come, of which the gateway may be gone that ran it. */
  stateOf({ id, setup }: Pick<Environment, 'id' | 'setup'>): SetupState {
    if (setup.status !== 'pending' || this.#running.has(id)) return setup
    const { isAlive, mark } = this.#options
    return setup.worker !== mark() && isAlive(setup.worker) ? setup : wasLost
  }

  /** Resolves when the setup of an environment is over. */
  async over(environment: Environment, signal: AbortSignal): Promise<SetupEnd> {
    for (;;) {
      const own = this.#running.get(environment.id)
      if (own) return unlessAborted(own.end, signal)
      const found = this.#options.store.find(environment.owner, environment.id)
      const setup = found ? this.stateOf(found) : wasLost
      if (setup.status !== 'pending') return setup
      await sleep(times.look, undefined, { signal })
    }
  }

  /** Ends the commands of an environment that is about to be removed. Resolves when none runs. */
  async stop(id: string): Promise<void> {
    const running = this.#running.get(id)
    running?.stop.abort()
    await running?.end
  }

  /** Ends all. Their environments are never ready. */
  stopAll(): void {
    for (const { stop } of this.#running.values()) stop.abort()
  }

  async #end(environment: Environment, stop: AbortController): Promise<SetupEnd> {
    try {
      const leave = await this.#options.enter(environment.owner, stop.signal)
      try {
        return await this.#within(environment, stop.signal)
      } finally {
        leave()
      }
    } catch {
      return stop.signal.aborted ? wasLost : hasFailed('The setup commands could not be run on this machine.')
    }
  }

  /** Runs them within their time and their share of the disk. */
  async #within(environment: Environment, stop: AbortSignal): Promise<SetupEnd> {
    const late = AbortSignal.timeout(times.all)
    const full = new AbortController()
    const watch = this.#watch(environment, full)
    try {
      return await this.#runAll(environment, AbortSignal.any([stop, late, full.signal]))
    } catch (error) {
      if (full.signal.aborted) return hasFailed('The setup commands took too much of the disk.')
      if (late.aborted) return hasFailed(`The setup commands took more than ${times.all / 60_000} minutes.`)
      throw error
    } finally {
      clearInterval(watch)
    }
  }

  async #runAll(environment: Environment, signal: AbortSignal): Promise<SetupEnd> {
    for (const [index, command] of environment.config.setup_commands.entries()) {
      const { code, output } = await this.#options.run(environment, command, signal)
      const how = code === null ? 'was killed' : `ended with the exit code ${code}`
      if (code !== 0) return hasFailed(`Setup command ${index + 1} ${how}. The end of its output:\n${output}`)
    }
    return isReady
  }

  #watch(environment: Environment, full: AbortController): NodeJS.Timeout {
    const look = async () => {
      if (!(await this.#options.isSmall(environment).catch(() => true))) full.abort()
    }
    return setInterval(() => void look(), times.disk).unref()
  }
}
