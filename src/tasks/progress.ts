import type { TurnEvent } from '../turn/event.ts'
import type { ThreadItem } from '../turn/item.ts'
import type { TaskEvent } from './event-store.ts'
import type { Mask } from './mask.ts'
import type { TaskProgress } from './record.ts'

/** Milliseconds for which events are collected before they are stored. */
const collectMs = 200
/** Characters of one text in an event. */
const shown = 8_192

/** How far a run is, stored as it goes on, without its secrets. */
export class RunProgress implements Disposable {
  readonly #mask: Mask
  readonly #store: (progress: TaskProgress, events: readonly TaskEvent[]) => void
  #events: TaskEvent[] = []
  #timer: NodeJS.Timeout | undefined
  #plan: TaskProgress['plan'] = []
  #step: TaskProgress['step'] = null

  /** `store` is called from time to time; what it throws is lost with what it was given. */
  constructor(mask: Mask, store: (progress: TaskProgress, events: readonly TaskEvent[]) => void) {
    this.#mask = mask
    this.#store = store
  }

  note(event: TurnEvent): void {
    if (event.type !== 'item.started' && event.type !== 'item.updated' && event.type !== 'item.completed') return
    const found = eventFrom(event.item, event.type === 'item.completed')
    if (found === undefined || (event.type === 'item.updated' && found.type !== 'plan')) return
    const { type } = found
    const data = masked(found.data, this.#mask)
    if (type === 'plan') this.#plan = (data as Pick<TaskProgress, 'plan'>).plan
    if (type === 'step') this.#step = stepOf(data as NonNullable<TaskProgress['step']>)
    this.#events.push({ type, data: shortened(data) })
    this.#timer ??= setTimeout(this.flush, collectMs)
  }

  readonly flush = (): void => {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#events.length === 0) return
    const events = this.#events
    this.#events = []
    try {
      this.#store({ plan: this.#plan.map(shortened), step: this.#step && shortened(this.#step) }, events)
    } catch {
      // the store cannot be used at the moment: the task goes on
    }
  };

  [Symbol.dispose](): void {
    this.flush()
  }
}

/** What an item shows of a task; undefined for one that shows nothing. */
function eventFrom(item: ThreadItem, isOver: boolean): TaskEvent | undefined {
  switch (item.type) {
    case 'agent_message':
      return isOver ? { type: 'message', data: { text: item.text } } : undefined
    case 'todo_list':
      return { type: 'plan', data: { plan: item.items } }
    case 'command_execution': {
      const end = isOver && { exitCode: item.exit_code ?? null, output: item.aggregated_output }
      return step('command', item.command, item.status, end)
    }
    case 'file_change':
      return step('file_change', item.changes.map(({ path, kind }) => `${kind} ${path}`).join('\n'), item.status)
    case 'mcp_tool_call':
      return step('tool', `${item.server}.${item.tool}`, item.status)
    case 'web_search':
      return step('web_search', item.query, isOver ? 'completed' : 'in_progress')
    case 'error':
      return { type: 'warning', data: { text: item.message } }
    case 'reasoning':
    case 'unknown':
      return undefined
  }
}

/** Without secrets in the texts; the words that are ours stay as they are. */
function masked(data: object, mask: Mask): object {
  const entries = Object.entries(data).map(([name, value]: [string, unknown]) => [
    name,
    name === 'text' || name === 'output' || name === 'plan' ? plain(value, mask) : value
  ])
  return Object.fromEntries(entries) as object
}

function plain(value: unknown, mask: Mask): unknown {
  if (typeof value === 'string') return mask.text(value)
  return Array.isArray(value) ? value.map((one: object) => masked(one, mask)) : value
}

const step = (type: string, text: string, status: string, more: object | false = false): TaskEvent => ({
  type: 'step',
  data: { type, text, status, ...more }
})

const stepOf = ({ type, text, status }: NonNullable<TaskProgress['step']>) => ({ type, text, status })

/** Both ends of each long text, once nothing secret is in it: a command's error comes last. */
function shortened<T extends object>(data: T): T {
  const entries = Object.entries(data).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'string' && value.length > shown
      ? `${value.slice(0, shown / 2)}\n… ${value.length - shown} characters left out …\n${value.slice(-shown / 2)}`
      : value
  ])
  return Object.fromEntries(entries) as T
}
