import type { Question } from '../threads/observer.ts'
import { GatewayError } from '../turn/error.ts'
import { approval, call } from './asked.ts'
import { newId } from './ids.ts'
import type { OpenTurn, RequiredAction, SessionStatus } from './status.ts'
import type { AgentTurn } from './turn.ts'
import { contentItemsFrom, hashOf, callKey } from './tool-result.ts'
import type { ToolResult } from './tool-result.ts'
import type { NewRecord } from './turn-host.ts'

export type Decision = 'approve' | 'deny' | 'cancel'

/** What the questions of a turn need of its session. */
export interface QuestionHost {
  readonly turn: AgentTurn | undefined
  readonly status: SessionStatus
  setStatus: (change: Partial<SessionStatus>) => void
  emitStatus: () => void
  emit: (type: string, fields: object, records: readonly NewRecord[]) => void
  note: (...records: NewRecord[]) => void
  /** Stores what waits for it. */
  flush: () => void
  /** The body of something that is stored. */
  find: (kind: string, id: string) => string | undefined
  /** The caller's name of a function that the model calls. */
  nameOf: (tool: string) => string
}

const decisions = { approve: 'accept', deny: 'decline', cancel: 'cancel' } as const

/** What codex asks of the caller in the turn of a session, each answered once. */
export class Questions {
  readonly #host: QuestionHost
  /** By the id of the call, or of the request. */
  readonly #open = new Map<string, Question>()
  #isResting = false
  #isUntouched = false

  constructor(host: QuestionHost) {
    this.#host = host
  }

  /** Codex waited for the caller alone, and has shown nothing since it was answered: another can go on with the answers. */
  get isUntouched(): boolean {
    return this.#isUntouched
  }

  called(question: Question): boolean {
    const asked = call.safeParse(question.params).data
    const { turn } = this.#host
    if (asked === undefined || turn === undefined || turn.isCancelled) return false
    const name = this.#host.nameOf(asked.tool)
    this.#open.set(asked.callId, question)
    turn.items.called(asked.callId, name, asked.arguments ?? {})
    this.#add({
      type: 'function_call',
      turn_id: turn.id,
      call_id: asked.callId,
      name,
      arguments: asked.arguments ?? {}
    })
    return true
  }

  asked(question: Question): boolean {
    const asked = approval.safeParse(question.params).data
    const { turn } = this.#host
    if (question.method !== 'mcpServer/elicitation/request' || asked === undefined) return false
    if (turn === undefined || turn.isCancelled) return false
    const request_id = newId('apr')
    const { tool_name: name = null, tool_params } = asked._meta
    const { serverName: server_label, message } = asked
    this.#open.set(request_id, question)
    const request = { type: 'mcp_tool_call' as const, server_label, name, arguments: tool_params ?? {}, message }
    this.#add({ type: 'mcp_approval_request', turn_id: turn.id, request_id, request })
    return true
  }

  /** Something has begun in the turn, or is complete. */
  worked(): void {
    this.#isUntouched = false
    if (this.#host.status.actions.length > 0) this.#look()
  }

  /** Throws for a result that nothing waits for; the same once more has no effect. */
  answer(result: ToolResult): void {
    const { status } = this.#host
    const { call_id, turn_id } = result
    const action = status.actions.find((one) => one.type === 'function_call' && one.call_id === call_id)
    if (action === undefined || action.turn_id !== turn_id) return this.#checkRepeated(result)
    const { output = null, error = null, success } = result
    const item = { id: newId('item'), type: 'function_call_output', turn_id, call_id, error, output }
    const shown = { ...item, status: success ? 'completed' : 'failed' }
    this.#host.emit('agent.session.turn.item.added', { turn_id, item: shown, output_index: null }, [
      { kind: 'item', id: item.id, scope: '', turn: turn_id, body: JSON.stringify(shown) },
      { kind: 'result', id: callKey(result), scope: '', turn: turn_id, body: hashOf(result) }
    ])
    this.#settle(call_id, action, { contentItems: contentItemsFrom(result), success })
  }

  /** Throws where `answer` would; `isAfterCancel`: the turn is cancelled before. */
  check(result: ToolResult, isAfterCancel: boolean): void {
    const { call_id, turn_id } = result
    const isAsked = this.#host.status.actions.some(
      (one) => one.type === 'function_call' && one.call_id === call_id && one.turn_id === turn_id
    )
    if (!isAsked || isAfterCancel) this.#checkRepeated(result)
  }

  /** Decides about a call of a server's tool. */
  decide(request_id: string, decision: Decision): void {
    const action = this.#approval(request_id)
    if (action === undefined) return this.checkDecision(request_id, decision)
    this.#host.note({ kind: 'result', id: request_id, scope: '', turn: action.turn_id, body: decision })
    const content = decision === 'approve' ? {} : null
    this.#settle(request_id, action, { action: decisions[decision], content, _meta: null })
  }

  /** Throws where `decide` would; `isAfterCancel`: the turn is cancelled before. */
  checkDecision(request_id: string, decision: Decision, isAfterCancel = false): void {
    if (this.#approval(request_id) && !isAfterCancel) return
    const former = this.#host.find('result', request_id)
    if (former === undefined) throw unknown(`Unknown pending approval request: ${request_id}`)
    if (former !== decision) throw otherResult()
  }

  /** Codex is gone: what is asked stays, and waits for the caller. */
  lost(): void {
    this.#open.clear()
    this.#isResting = this.#isUntouched = false
  }

  /** Nothing is asked any more: the turn is over, or is being ended. */
  clear(): void {
    this.lost()
    if (this.#host.status.actions.length > 0) this.#host.setStatus({ actions: [] })
  }

  #add(action: RequiredAction): void {
    const { status, turn } = this.#host
    this.#host.setStatus({ status: 'requires_action', actions: [...status.actions, action] })
    this.#look()
    if (turn) this.#host.note(turn.withStatus('waiting'))
    this.#host.emitStatus()
    this.#host.flush()
  }

  /** Sees whether codex only waits for the caller. */
  #look(): void {
    const { status, turn } = this.#host
    if (turn === undefined || status.open === null) return
    const approvals = status.actions.filter(({ type }) => type === 'mcp_approval_request').length
    const onlyWaits = turn.items.working + turn.subagents.working <= approvals
    const open = { ...status.open, index: turn.items.index, onlyWaits: onlyWaits && approvals === 0 }
    if (open.index !== status.open.index || open.onlyWaits !== status.open.onlyWaits) this.#host.setStatus({ open })
    if (!onlyWaits || this.#isResting) return
    this.#isResting = true
    turn.rest(approvals === 0)
  }

  #settle(key: string, action: RequiredAction, reply: object): void {
    const { status, turn } = this.#host
    const actions = status.actions.filter((one) => one !== action)
    const question = this.#open.get(key)
    this.#open.delete(key)
    if (actions.length > 0) {
      this.#host.setStatus({ actions })
      question?.answer(reply)
      return this.#host.emitStatus()
    }
    const open: OpenTurn | null = status.open && { ...status.open, onlyWaits: turn === undefined } // a gateway that is killed now cannot know what codex did
    this.#isUntouched = status.open?.onlyWaits === true
    this.#host.setStatus({ status: 'in_progress', actions, open })
    if (turn) this.#host.note(turn.withStatus('in_progress'))
    this.#host.emitStatus()
    const resumed = this.#isResting ? turn?.resume() : undefined
    this.#isResting = false
    if (resumed) void resumed.then(() => question?.answer(reply))
    else question?.answer(reply)
  }

  #approval(request_id: string): RequiredAction | undefined {
    const { actions } = this.#host.status
    return actions.find((one) => one.type === 'mcp_approval_request' && one.request_id === request_id)
  }

  #checkRepeated(result: ToolResult): void {
    const former = this.#host.find('result', callKey(result))
    if (former === undefined) throw unknown(`Unknown pending tool call: ${result.call_id}`)
    if (former !== hashOf(result)) throw otherResult()
  }
}

/** Clients compare the text of it. */
const unknown = (message: string) => new GatewayError('invalid_request', message)
export const otherResult = () => new GatewayError('conflict', 'This was answered already, and in another way.')
