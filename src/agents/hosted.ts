import type { Environment } from '../environments/environment.ts'
import { unlessAborted } from '../turn/deadline.ts'
import { GatewayError } from '../turn/error.ts'
import { pathShown } from './hosting.ts'
import type { Hosting } from './hosting.ts'
import type { TurnError } from './turn-end.ts'
import type { SetupEnd } from '../environments/setup-state.ts'

/** Milliseconds from one look at what a turn has written to the next. */
const lookEvery = 2_000

/** The session that an environment belongs to. */
export interface HostedSession {
  readonly session: { readonly record: { readonly id: string; readonly owner: string; readonly workspace: string } }
  emit: (type: string, fields: object) => void
  /** Nothing can be done in it any more. */
  failed: (error: string) => void
}

/** A turn that works in it. */
export interface WatchedTurn {
  readonly over: Promise<void>
  /** Ends it for this reason. */
  fail: (error: TurnError) => void
}

/** The environment that the turns of a session work in. */
export class Hosted {
  readonly #session: HostedSession
  /** Of the environment. */
  readonly #id: string
  readonly #hosting: Hosting
  readonly #files: string
  #setup: Promise<SetupEnd> | undefined

  constructor(session: HostedSession, id: string, hosting: Hosting) {
    this.#session = session
    this.#id = id
    this.#hosting = hosting
    this.#files = hosting.environments.foldersOf({ id, workspace: session.session.record.workspace }).files
  }

  /** Begins to tell of it in a session that is new. */
  begin(): void {
    const isPending = this.#environment.setup.status === 'pending'
    this.#tell(isPending ? 'pending' : 'connected')
    if (isPending) void this.#settled().catch(() => {})
  }

  /** Resolves when its turns can begin. Where they never can, the turn fails, and the session. */
  async ready(turn: WatchedTurn, signal: AbortSignal): Promise<void> {
    const end = await unlessAborted(this.#settled(), signal)
    if (end.status === 'ready') return
    const { message } = end
    turn.fail({ code: 'sandbox_error', message })
    void turn.over.then(() => this.#session.failed(message))
    throw new GatewayError('conflict', message)
  }

  /** A path of this machine as callers see it. */
  shownPath(path: string): string {
    return pathShown(path, this.#files)
  }

  /** Until a turn is over: ends it where the environment takes too much of the disk. */
  watch(turn: WatchedTurn): void {
    let isOver = false
    const look = async () => {
      const isSmall = await this.#isSmall().catch(() => true) // the end of the turn says what is wrong
      if (isOver) return
      if (isSmall) return void timer.refresh()
      turn.fail({ code: 'sandbox_error', message: 'The environment took too much of the disk.' })
    }
    const timer = setTimeout(() => void look(), lookEvery).unref()
    void turn.over.then(() => {
      isOver = true
      clearTimeout(timer)
    })
  }

  /** Publishes what a turn that is complete has left, and measures what is there. Never rejects. */
  async settled(turn: string, isComplete: boolean): Promise<void> {
    try {
      const refused = isComplete ? await this.#publish(turn) : 0
      if (refused > 0)
        this.#report(`Files of /workspace/outputs that are too many or too large were not published: ${refused}.`)
      if (!(await this.#isSmall())) this.#report('The environment is full: it takes no more messages.')
    } catch {
      this.#report('The files of this turn could not be read.')
    }
  }

  #isSmall(): Promise<boolean> {
    const { environments } = this.#hosting
    return environments.measure(this.#environment)
  }

  #publish(turn: string): Promise<number> {
    const { owner, workspace, id: session } = this.#session.session.record
    return this.#hosting.artifacts.publish({
      owner,
      workspace,
      session,
      environment: this.#id,
      turn,
      files: this.#files
    })
  }

  #settled(): Promise<SetupEnd> {
    if (this.#setup) return this.#setup
    const wasPending = this.#environment.setup.status === 'pending'
    const setup = this.#hosting.environments.setups.over(this.#environment, new AbortController().signal)
    if (wasPending) void setup.then((end) => this.#tellOf(end)).catch(() => {})
    return (this.#setup = setup)
  }

  #tellOf(end: SetupEnd): void {
    if (end.status === 'failed')
      return this.#tell('failed', { type: 'sandbox_error', code: 'setup_failed', message: end.message })
    this.#tell('ready')
    this.#tell('connected')
  }

  #tell(status: string, error: object | null = null): void {
    const environment = { id: this.#id, type: 'openai_hosted', status, error }
    this.#session.emit(`agent.session.environment.${status}`, { turn_id: null, environment })
  }

  get #environment(): Environment {
    return this.#hosting.environments.find(this.#session.session.record.owner, this.#id)
  }

  #report(message: string): void {
    const error = { type: 'invalid_request_error', code: 'sandbox_error', message, param: null }
    this.#session.emit('error', { error })
  }
}
