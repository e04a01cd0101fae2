import { newId, secondsOf } from './ids.ts'
import type { Hosted } from './hosted.ts'
import type { AgentItem } from './item-place.ts'
import { contentFrom } from './message.ts'
import { newTurn } from './shown-turn.ts'
import type { ShownTurn } from './shown-turn.ts'
import type { NewRecord, Team } from './turn-host.ts'
import { collabCall, isTeamItem, subagentActivity } from './team-items.ts'
import { TurnItems } from './turn-items.ts'

/** A subagent as the API shows it. */
export interface Subagent {
  id: string
  closed_at: number | null
  instructions: { type: 'output_text'; text: string }[] | null
  name: string | null
  object: 'agent.session.subagent'
  opened_at: number
  parent_agent_id: string
  session_id: string
  status: 'active' | 'closed'
}

/** The session that they work for. */
interface Employer {
  readonly id: string
  readonly agentId: string
  readonly hosted?: Pick<Hosted, 'shownPath'> | undefined
  emit: (type: string, fields: object, records?: readonly NewRecord[]) => void
}

interface Open {
  shown: Subagent
  turn: ShownTurn | undefined
  items: TurnItems | undefined
}

/** Those who work for the agent of a session: what app-server says of their threads. */
export class Subagents implements Team {
  readonly #session: Employer
  readonly #byThread = new Map<string, Open>()

  constructor(session: Employer) {
    this.#session = session
  }

  /** The API's id of the agent of a thread. */
  idOf(threadId: string): string {
    return this.#byThread.get(threadId)?.shown.id ?? this.#session.agentId
  }

  /** How many of them are at work. */
  get working(): number {
    return [...this.#byThread.values()].filter(({ turn }) => turn !== undefined).length
  }

  /** The agent, or one of them, has called for others: those of new threads are there from now on. */
  noted(params: object, parent = this.#session.agentId): void {
    const { item } = params as { item?: { type?: unknown } }
    if (!isTeamItem(item?.type)) return // a schema takes a tenth of a millisecond to refuse an item
    const activity = subagentActivity.safeParse(item).data
    if (activity) {
      const name = activity.agentPath.split('/').at(-1) || null
      const isNew = activity.kind === 'started' && !this.#byThread.has(activity.agentThreadId)
      if (isNew) this.#open(activity.agentThreadId, { name, prompt: null, parent })
      return
    }
    const call = collabCall.safeParse(item).data
    for (const threadId of call?.receiverThreadIds ?? []) {
      const known = this.#byThread.get(threadId)
      const isDone = call?.status === 'completed'
      if (known === undefined && call?.tool === 'spawnAgent')
        this.#open(threadId, { name: null, prompt: call.prompt ?? null, parent })
      else if (known && call?.tool === 'closeAgent' && isDone) this.#change(known, 'closed')
      else if (known && call?.tool === 'resumeAgent' && isDone) this.#change(known, 'active')
    }
  }

  /** What app-server says of the thread of one. */
  child(threadId: string, method: string, params: object): void {
    const open = this.#byThread.get(threadId)
    if (open === undefined) return
    if (method === 'item/started' || method === 'item/completed') this.noted(params, open.shown.id)
    if (method === 'turn/started') return this.#begin(open)
    if (open.turn === undefined || open.items === undefined) return
    const { item } = params as { item?: { type?: unknown; content?: unknown[] } }
    if (method === 'item/completed' && item?.type === 'userMessage') this.#addMessage(open, item.content ?? [])
    open.items.noted(method, params)
    if (method === 'turn/completed') this.#end(open, (params as { turn?: { status?: unknown } }).turn?.status)
  }

  /** The turn of the agent is over, and with it what they did. */
  end(): void {
    for (const open of this.#byThread.values()) if (open.turn) this.#end(open, 'interrupted')
  }

  #open(
    threadId: string,
    { name, prompt, parent }: { name: string | null; prompt: string | null; parent: string }
  ): void {
    const shown: Subagent = {
      id: newId('subag'),
      closed_at: null,
      instructions: prompt === null ? null : [{ type: 'output_text', text: prompt }],
      name,
      object: 'agent.session.subagent',
      opened_at: secondsOf(Date.now()),
      parent_agent_id: parent,
      session_id: this.#session.id,
      status: 'active'
    }
    const open = { shown, turn: undefined, items: undefined }
    this.#byThread.set(threadId, open)
    this.#write(open, 'created')
  }

  #change(open: Open, status: Subagent['status']): void {
    open.shown = { ...open.shown, status, closed_at: status === 'closed' ? secondsOf(Date.now()) : null }
    this.#write(open, status)
  }

  #write({ shown }: Open, event: 'created' | 'active' | 'closed'): void {
    const record = { kind: 'subagent', id: shown.id, scope: '', turn: '', body: JSON.stringify(shown) }
    this.#session.emit(`agent.session.subagent.${event}`, { subagent: shown }, [record])
  }

  #begin(open: Open): void {
    const turn = { ...newTurn(this.#session), agent_id: open.shown.id, subagent_id: open.shown.id }
    open.turn = turn
    const emit = (type: string, fields: object, item?: AgentItem) => this.#emit(open, type, fields, item)
    const place = {
      turn_id: turn.id,
      agentOf: (threadId: string) => (threadId === '' ? open.shown.id : this.idOf(threadId)),
      shownPath: (path: string) => this.#session.hosted?.shownPath(path) ?? path
    }
    open.items = new TurnItems(emit, place)
    this.#turn(open, 'created', {})
    this.#turn(open, 'in_progress', { status: 'in_progress', started_at: secondsOf(Date.now()) })
  }

  #end(open: Open, status: unknown): void {
    open.items?.end()
    const ended = status === 'completed' ? 'completed' : status === 'failed' ? 'failed' : 'cancelled'
    const error = ended === 'failed' ? { code: 'internal_error', message: 'The subagent failed.' } : null
    this.#turn(open, ended, { status: ended, error, completed_at: secondsOf(Date.now()) }, { usage: null })
    open.turn = open.items = undefined
  }

  #turn(open: Open, event: string, change: Partial<ShownTurn>, more: object = {}): void {
    if (open.turn === undefined) return
    const turn = (open.turn = { ...open.turn, ...change })
    const record = { kind: 'turn', id: turn.id, scope: open.shown.id, turn: turn.id, body: JSON.stringify(turn) }
    this.#session.emit(`agent.session.turn.${event}`, { turn_id: turn.id, turn, ...more }, [record])
  }

  #emit({ shown, turn }: Open, type: string, fields: object, item?: AgentItem): void {
    if (turn === undefined) return
    const prefix = type.startsWith('command_execution') ? 'agent.output.' : 'agent.session.turn.'
    const record = item && { kind: 'item', id: item.id, scope: shown.id, turn: turn.id, body: JSON.stringify(item) }
    this.#session.emit(prefix + type, { turn_id: turn.id, ...fields }, record && [record])
  }

  #addMessage(open: Open, sent: readonly unknown[]): void {
    const texts = contentFrom(sent).flatMap((part) => (part.type === 'input_text' ? part.text : []))
    const item = {
      id: newId('msg'),
      type: 'agent_message',
      turn_id: open.turn?.id ?? '',
      content: texts.map((text) => ({ type: 'output_text', text })),
      recipient_agent_id: open.shown.id,
      sender_agent_id: open.shown.parent_agent_id
    }
    this.#emit(open, 'item.added', { item, output_index: null }, item)
  }
}
