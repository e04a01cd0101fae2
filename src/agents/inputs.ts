import { createHash } from 'node:crypto'
import { GatewayError } from '../turn/error.ts'
import type { AgentSession } from './agent-session.ts'
import type { Drive, Sender } from './drive.ts'
import type { Message } from './message.ts'
import type { Decision } from './questions.ts'
import { checkSpending } from './spending.ts'
import type { ToolResult } from './tool-result.ts'

/** What a caller sends to a session, checked. */
export type Input =
  | { type: 'messages'; messages: readonly Message[] }
  | { type: 'cancel' }
  | { type: 'result'; result: ToolResult }
  | { type: 'decision'; requestId: string; decision: Decision }

/** What makes a repetition of a request known: its key, and what it holds. */
export interface Repetition {
  key: string | undefined
  body: unknown
  /** Throws `thread_busy` where a turn of the session is not over. */
  onlyIdle?: boolean
}

/** Takes what callers send to sessions, in the order in which it comes, each request as a whole and once for each key. */
export class Inputs {
  readonly #drive: Drive

  constructor(drive: Drive) {
    this.#drive = drive
  }

  take(
    session: AgentSession,
    inputs: readonly Input[],
    sender: Sender,
    { key, body, onlyIdle }: Repetition
  ): Promise<void> {
    return session.inOrder(async () => {
      const hash = createHash('sha256').update(JSON.stringify(body)).digest('hex')
      const former = key === undefined ? undefined : session.find('key', key)
      if (former === hash) return
      if (former !== undefined) throw otherBody()
      if (onlyIdle && session.status.open) throw new GatewayError('thread_busy', 'A turn of this session is not over.')
      check(session, inputs)
      await this.#drive.goOn(session, sender) // where a gateway stopped before it did
      if (key !== undefined) session.note({ kind: 'key', id: key, scope: '', turn: '', body: hash })
      let isStored = false
      for (const input of inputs) isStored = await this.#apply(session, input, sender)
      if (!isStored) session.store()
    })
  }

  /** Goes on with a turn that has all that it waited for, if there is one. Where that fails the next input does it. */
  async goOn(session: AgentSession, sender: Pick<Sender, 'key'>): Promise<void> {
    await session.inOrder(() => this.#drive.goOn(session, sender)).catch(() => {})
  }

  /** True where it is stored, with all that came before it. */
  async #apply(session: AgentSession, input: Input, sender: Sender): Promise<boolean> {
    switch (input.type) {
      case 'messages':
        return this.#drive.send(session, input.messages, sender)
      case 'cancel':
        await this.#drive.cancel(session)
        return false
      case 'result':
        session.questions.answer(input.result)
        void session.turn?.over.then(() => this.goOn(session, sender)) // codex may stop before it takes the result
        await this.#drive.goOn(session, sender)
        return false
      case 'decision':
        session.questions.decide(input.requestId, input.decision)
        return false
    }
  }
}

/** Nothing of a request is done where one part of it cannot be. */
function check(session: AgentSession, inputs: readonly Input[]): void {
  for (const input of inputs) {
    if (input.type === 'result') session.questions.check(input.result)
    if (input.type !== 'messages') continue
    if (session.status.status === 'failed')
      throw new GatewayError('conflict', 'This session has failed. Make a new one.')
    checkSpending(session)
  }
}

const otherBody = () =>
  new GatewayError('conflict', 'This Idempotency-Key was used with another request.', {
    reason: 'idempotency_conflict'
  })
