import { randomBytes } from 'node:crypto'
import { within } from '../turn/deadline.ts'
import { toWorkerFrom } from '../wire/messages.ts'
import type { ToWorker, WorkerBeat } from '../wire/messages.ts'
import { Ticker } from '../wire/ticker.ts'
import { times } from '../wire/times.ts'
import { Fronts } from './fronts.ts'
import { Intake } from './intake.ts'
import { KnownTurns } from './known-turns.ts'
import { checkName } from './name.ts'
import type { WorkerHealth, WorkerOptions } from './options.ts'
import { RunningTurns } from './running-turns.ts'

/** Runs turns of front ends, which alone decide who runs what. */
export class Worker implements AsyncDisposable {
  readonly name: string
  readonly #run = randomBytes(4).toString('hex')
  readonly #options: WorkerOptions
  readonly #fronts = new Fronts()
  readonly #turns: RunningTurns
  readonly #intake: Intake
  readonly #ticker: Ticker
  #health: WorkerHealth = { ready: false }
  #isStarted = false
  #draining = false
  #beatSoon: NodeJS.Timeout | undefined

  constructor(options: WorkerOptions) {
    this.#options = options
    const { broker, name } = options
    this.name = name
    const known = new KnownTurns()
    this.#turns = new RunningTurns({ ...options, mail: broker.mail, known, sender: { worker: name, run: this.#run } })
    this.#intake = new Intake({
      ...options,
      worker: name,
      run: this.#run,
      known,
      turns: this.#turns,
      besides: () => options.own?.active ?? 0,
      isOpen: () => this.#health.ready && !this.#draining,
      onChange: () => {
        options.own?.look()
        this.#changed()
      }
    })
    this.#ticker = new Ticker(broker.mail, times.beat / 2, () => this.#tick())
  }

  /** This life of it. */
  get run(): string {
    return this.#run
  }

  /** Front ends that are there. */
  get fronts(): string[] {
    return this.#fronts.alive(times.lost)
  }

  /** Slots that are taken. */
  get active(): number {
    return this.given + (this.#options.own?.active ?? 0)
  }

  /** Those that turns of front ends take. */
  get given(): number {
    return this.#intake.active
  }

  /** Another number of its own turns runs. */
  ownChanged(): void {
    this.#changed()
  }

  get draining(): boolean {
    return this.#draining
  }

  /** Frames that were sent again. */
  get resentFrames(): number {
    return this.#turns.resentFrames
  }

  /**
   * Begins to take turns. `onSameName`: called when another worker turns out to have the same name, and this one is to give
   * way; with it, names are compared first. Rejects with a `GatewayError` where the name is taken.
   */
  async start(onSameName?: () => void): Promise<void> {
    const { broker, subjects } = this.#options
    const { mail } = broker
    if (onSameName) await checkName({ mail, subjects, name: this.name, run: this.#run, onSameName })
    this.#isStarted = true
    const answer = (message: unknown) => this.#answer(toWorkerFrom(message))
    mail.listen(subjects.worker(this.name), answer)
    mail.listen(subjects.any, answer, 'workers')
    mail.listen(subjects.all, (message) => void answer(message))
    mail.listen(subjects.frontBeats, (message) => this.#fronts.noteBeat(message))
    mail.watch(() => {
      this.#intake.stopPulling()
      if (mail.isUp) this.#changed()
    })
    this.#ticker.start()
    await this.#tick()
  }

  /** Takes no more turns; those that run have so many milliseconds, then they are interrupted. Resolves when all is over. */
  async drain(milliseconds: number, hurry?: AbortSignal): Promise<void> {
    this.#draining = true
    if (!this.#isStarted) return // its name may be another worker's, which a sign of life would make give way
    this.#intake.stopPulling()
    this.#beat()
    await within(milliseconds, this.#intake.idle(), hurry)
    this.#turns.stopAll('shutdown')
    await within(times.stop, this.#intake.idle())
    await this.#allRead()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain(0)
    this.#ticker.stop()
    clearTimeout(this.#beatSoon)
  }

  async #allRead(): Promise<void> {
    const until = performance.now() + times.stop
    while (this.#turns.size > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 20))
  }

  #answer(message: ToWorker | undefined): unknown {
    switch (message?.do) {
      case 'offer':
        return { accepted: this.#intake.accepts(message) }
      case 'consumed':
        return this.#turns.note(message.turn, (turn) => turn.consumed(message.n))
      case 'state':
        return this.#turns.reconcile(message.front, message.turns)
      case 'stop':
        return this.#turns.note(message.turn, (turn) => turn.stop(message.reason))
      case 'drop':
        return this.#turns.note(message.turn, (turn) => turn.drop())
      case 'ping':
        return { run: this.#run }
      case 'models':
        return this.#models(message.workspace)
      case 'forget':
        return void this.#options.engine.forget?.(message.thread, message.workspace).catch(() => {})
      case 'open':
        this.#fronts.noteAlive(message.front)
        return this.#options.serve?.(message)
      case 'body':
      case 'more':
      case 'leave':
      case 'overspent':
        return this.#options.serve?.(message)
      case undefined: // a newer front end may say more
    }
  }

  async #models(workspace: string | undefined): Promise<unknown> {
    return { models: await this.#options.engine.models?.(workspace).catch(() => undefined) }
  }

  /** Looks after the turns, and gives a sign of life. */
  async #tick(): Promise<void> {
    if (this.#options.broker.mail.isUp) this.#turns.lookAfter(this.#fronts, this.#ticker.since)
    this.#fronts.forget(10 * times.lost)
    this.#health = await this.#options.health().catch((): WorkerHealth => ({ ready: false }))
    this.#beat()
    this.#intake.pull()
  }

  #changed(): void {
    if (!this.#isStarted) return
    this.#intake.pull()
    this.#beatSoon ??= setTimeout(() => this.#beat(), times.soon)
  }

  #beat(): void {
    clearTimeout(this.#beatSoon)
    this.#beatSoon = undefined
    const { broker, subjects, slots, version, codex, workspaces, ephemeral, serve, agrees } = this.#options
    const beat: WorkerBeat = {
      worker: this.name,
      run: this.#run,
      slots,
      active: this.active,
      draining: this.#draining,
      ...this.#health,
      version,
      ...(codex !== undefined && { codex }),
      ...(workspaces !== undefined && { workspaces }),
      ...(serve && { serves: true, ...(ephemeral && { ephemeral }) }),
      agrees
    }
    broker.mail.send(subjects.workerBeat(this.name), beat)
  }
}
