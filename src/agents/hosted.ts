import { pathShown } from './hosting.ts'
import type { Hosting } from './hosting.ts'
import type { TurnError } from './turn-end.ts'

/** Milliseconds from one look at what a turn has written to the next. */
const lookEvery = 2_000

/** The session that an environment belongs to. */
export interface HostedSession {
  readonly session: { readonly record: { readonly id: string; readonly owner: string; readonly workspace: string } }
  emit: (type: string, fields: object) => void
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

  constructor(session: HostedSession, id: string, hosting: Hosting) {
    this.#session = session
    this.#id = id
    this.#hosting = hosting
    this.#files = hosting.environments.foldersOf({ id, workspace: session.session.record.workspace }).files
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
    return environments.measure(environments.find(this.#session.session.record.owner, this.#id))
  }

  #publish(turn: string): Promise<number> {
    const { owner, id: session } = this.#session.session.record
    return this.#hosting.artifacts.publish({ owner, session, environment: this.#id, turn, files: this.#files })
  }

  #report(message: string): void {
    const error = { type: 'invalid_request_error', code: 'sandbox_error', message, param: null }
    this.#session.emit('error', { error })
  }
}
