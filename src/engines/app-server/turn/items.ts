import { z } from 'zod'
import type { TurnEvent } from '../../../turn/event.ts'
import { itemFromAppServer, withRawItem } from './item.ts'
import type { TextItem } from './item.ts'
import type { Texts } from './texts.ts'

const planSteps = z.array(z.object({ step: z.string(), status: z.string() }))

/** The items of one turn: texts go through `Texts`, everything else is emitted as it is. */
export class Items {
  readonly #emit: (event: TurnEvent) => void
  readonly #texts: Texts
  #ranCommand = false
  #hasPlan = false
  /** A text that is complete, but for what its raw item has, which comes next. */
  #complete: TextItem | undefined

  constructor(emit: (event: TurnEvent) => void, texts: Texts) {
    this.#emit = emit
    this.#texts = texts
  }

  /** Whether a command has run: it may have left processes running. */
  get ranCommand(): boolean {
    return this.#ranCommand
  }

  started(original: unknown): void {
    const item = itemFromAppServer(original)
    if (item === undefined) return
    if (item.kind !== 'other') return this.#texts.started(item)
    this.#ranCommand ||= item.item.type === 'command_execution'
    this.#emit({ type: 'item.started', item: item.item })
  }

  completed(original: unknown): void {
    const item = itemFromAppServer(original)
    if (item === undefined) return
    if (item.kind === 'other') this.#emit({ type: 'item.completed', item: item.item })
    else this.#complete = item
  }

  /** The model's own item, which follows the one that codex made of it at once (codex-cli 0.169). Throws as `Texts.completed`. */
  raw(original: unknown): void {
    if (this.#complete) this.#complete = withRawItem(this.#complete, original)
    this.flush()
  }

  /** Something else has come. Throws as `Texts.completed`. */
  flush(): void {
    const item = this.#complete
    this.#complete = undefined
    if (item) this.#texts.completed(item)
  }

  /** A plan is exec's todo list. A turn has one, so it has the turn's id. */
  plan(turnId: string, steps: unknown): void {
    const parsed = planSteps.safeParse(steps)
    if (!parsed.success) return
    const items = parsed.data.map(({ step, status }) => ({ text: step, completed: status === 'completed' }))
    this.#emit({
      type: this.#hasPlan ? 'item.updated' : 'item.started',
      item: { id: `plan-${turnId}`, type: 'todo_list', items }
    })
    this.#hasPlan = true
  }
}
