import { z } from 'zod'
import type { Bounds } from '../../store/shrink.ts'
import type { Kind } from '../../store/kind.ts'
import { inputItem } from '../../openai/items/item.ts'
import type { InputItem } from '../../openai/items/item.ts'
import { order } from './background/order.ts'
import type { Order } from './background/order.ts'
import type { ResponseResource } from './resource.ts'

/** A persistent codex thread that contains a conversation. */
export interface StoredThread {
  id: string
  /** The turn up to which it does, where the engine names its turns. */
  turn?: string | undefined
  /** As `threadSettings`. */
  settings: string
  /** The worker that has it, where there are several. */
  worker?: string | undefined
}

/** A response as it is stored, with what was new in its request. */
export interface StoredResponse {
  resource: ResponseResource
  input: InputItem[]
  /** Contains the conversation up to this response. */
  thread?: StoredThread | undefined
  /** Where it was made; left out: in `default`. */
  workspace?: string | undefined
  /** The mark of the gateway that is making it, see `store/presence.ts`. */
  worker?: string | undefined
  /** What it takes to make it, as long as it is not over. */
  order?: Order | undefined
}

const output = z.custom(
  (item) => inputItem.safeParse(item).success && z.object({ id: z.string() }).safeParse(item).success
)

/** As strict as its uses need; the rest of the resource goes to its client as it was stored. */
const schema = z.object({
  resource: z.looseObject({
    id: z.string(),
    object: z.literal('response'),
    created_at: z.int(),
    completed_at: z.int().nullable(),
    status: z.enum(['queued', 'in_progress', 'completed', 'failed', 'cancelled', 'incomplete']),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    model: z.string(),
    output: z.array(output),
    usage: z.looseObject({ total_tokens: z.int() }).nullable(),
    previous_response_id: z.string().nullable(),
    background: z.boolean()
  }),
  input: z.array(inputItem),
  thread: z
    .object({ id: z.string(), turn: z.string().optional(), settings: z.string(), worker: z.string().optional() })
    .optional(),
  workspace: z.string().optional(),
  worker: z.string().optional(),
  order: order.optional()
})

/** Stored responses as records. */
export function responseKind(bounds: Bounds): Kind<StoredResponse> {
  return {
    name: 'response',
    version: 1,
    schema: schema as unknown as z.ZodType<StoredResponse>,
    bounds,
    parentOf: ({ resource }) => keyIn(resource.previous_response_id ?? '', 'resp') ?? null
  }
}

/** The part of an id that names the record: an item's has the item's number behind it. */
export function keyIn(id: string, prefix: string): string | undefined {
  return new RegExp(`^(?:${prefix})_([0-9a-f]{48})(?:[0-9]{4,6})?$`).exec(id)?.[1]
}
