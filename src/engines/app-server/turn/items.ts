import { z } from 'zod'
import type { TurnEvent } from '../../../turn/event.ts'
import { itemFromAppServer } from './item.ts'
import type { Texts } from './texts.ts'

const plan = z.array(z.object({ step: z.string(), status: z.string() }))

/** The items of one turn: texts go where they are told once, all else is told as it is. */
export class Items {
  readonly #say: (event: TurnEvent) => void
  readonly #texts: Texts
  #acted = false
  #planned = false

  constructor(say: (event: TurnEvent) => void, texts: Texts) {
    this.#say = say
    this.#texts = texts
  }

  /** Whether a command has run, which may have left something running. */
  get acted(): boolean {
    return this.#acted
  }

  started(original: unknown): void {
    const item = itemFromAppServer(original)
    if (item === undefined) return
    if (item.kind !== 'other') return this.#texts.started(item)
    this.#acted ||= item.item.type === 'command_execution'
    this.#say({ type: 'item.started', item: item.item })
  }

  completed(original: unknown): void {
    const item = itemFromAppServer(original)
    if (item === undefined) return
    if (item.kind === 'other') this.#say({ type: 'item.completed', item: item.item })
    else this.#texts.completed(item)
  }

  /** A plan is exec's todo list. A turn has one, so it has the turn's id. */
  planned(turnId: string, steps: unknown): void {
    const parsed = plan.safeParse(steps)
    if (!parsed.success) return
    const items = parsed.data.map(({ step, status }) => ({ text: step, completed: status === 'completed' }))
    this.#say({
      type: this.#planned ? 'item.updated' : 'item.started',
      item: { id: `plan-${turnId}`, type: 'todo_list', items }
    })
    this.#planned = true
  }
}
