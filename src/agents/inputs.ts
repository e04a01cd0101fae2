import { GatewayError } from '../turn/error.ts'
import type { AgentSession } from './agent-session.ts'
import type { Drive } from './drive.ts'
import type { Message } from './message.ts'
import { Progress } from './progress.ts'
import type { Taken } from './progress.ts'
import { otherResult } from './questions.ts'
import type { Decision } from './questions.ts'
import { checkSpending } from './spending.ts'
import type { Sender } from './sender.ts'
import { callKey, hashOf } from './tool-result.ts'
import type { ToolResult } from './tool-result.ts'
import type { NewRecord } from './turn-host.ts'

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
      const progress = new Progress(session, key, body, partsOf(inputs))
      if (progress.isOther) throw otherBody()
      if (onlyIdle && !progress.isOver && session.status.open)
        throw new GatewayError('thread_busy', 'A turn of this session is not over.')
      if (!progress.isOver) check(session, inputs)
      await this.#drive.goOn(session, sender) // where a gateway stopped before it did
      const isStored = await this.#applyRest(session, inputs, sender, progress)
      if (!isStored) session.store()
    })
  }

  /** Goes on with a turn that has all that it waited for, if there is one. Where that fails the next input does it. */
  async goOn(session: AgentSession, sender: Pick<Sender, 'key'>): Promise<void> {
    await session.inOrder(() => this.#drive.goOn(session, sender)).catch(() => {})
  }

  /** Does what a request before this one with its key has not done. True where it is stored. */
  async #applyRest(session: AgentSession, inputs: readonly Input[], sender: Sender, progress: Progress) {
    let [end, isStored] = [0, false]
    for (const input of inputs) {
      const begin = Math.max(end, progress.done)
      end += partsOf([input])
      if (begin >= end) continue
      const taken: Taken = (count) => progress.taken(begin + count)
      isStored =
        input.type === 'messages' && (await this.#drive.send(session, input.messages.slice(begin - end), sender, taken))
      if (input.type !== 'messages') await this.#apply(session, input, sender, taken(1))
    }
    return isStored
  }

  async #apply(
    session: AgentSession,
    input: Exclude<Input, { type: 'messages' }>,
    sender: Sender,
    taken: readonly NewRecord[]
  ): Promise<void> {
    session.note(...taken)
    switch (input.type) {
      case 'cancel':
        return this.#drive.cancel(session)
      case 'result':
        session.questions.answer(input.result)
        void session.turn?.over.then(() => this.goOn(session, sender)) // codex may stop before it takes the result
        return this.#drive.goOn(session, sender)
      case 'decision':
        return session.questions.decide(input.requestId, input.decision)
    }
  }
}

/** A message is a part of a request, and so is everything else that is sent. */
const partsOf = (inputs: readonly Input[]): number =>
  inputs.reduce((sum, input) => sum + (input.type === 'messages' ? input.messages.length : 1), 0)

/** Nothing of a request is done where one part of it cannot be. */
function check(session: AgentSession, inputs: readonly Input[]): void {
  for (const [index, input] of inputs.entries()) {
    const before = inputs.slice(0, index)
    const isAfterCancel = before.some(({ type }) => type === 'cancel')
    if (before.some((one) => contradicts(one, input))) throw otherResult()
    if (input.type === 'result') session.questions.check(input.result, isAfterCancel)
    if (input.type === 'decision') session.questions.checkDecision(input.requestId, input.decision, isAfterCancel)
    if (input.type !== 'messages') continue
    if (session.status.status === 'failed')
      throw new GatewayError('conflict', 'This session has failed. Make a new one.')
    checkSpending(session)
  }
}

/** Whether they answer the same in two ways. */
function contradicts(one: Input, other: Input): boolean {
  if (one.type === 'result' && other.type === 'result')
    return callKey(one.result) === callKey(other.result) && hashOf(one.result) !== hashOf(other.result)
  if (one.type !== 'decision' || other.type !== 'decision') return false
  return one.requestId === other.requestId && one.decision !== other.decision
}

const otherBody = () =>
  new GatewayError('conflict', 'This Idempotency-Key was used with another request.', {
    reason: 'idempotency_conflict'
  })
