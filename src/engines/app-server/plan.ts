import { z } from 'zod'
import type { ThreadItem } from '../../turn/item.ts'

const steps = z.array(z.object({ step: z.string(), status: z.string() }))

/** A plan as exec's todo list. A turn has one, so it has the turn's id. */
export function planFrom(turnId: string, plan: unknown): ThreadItem | undefined {
  const parsed = steps.safeParse(plan)
  if (!parsed.success) return undefined
  return { id: `plan-${turnId}`, type: 'todo_list', items: parsed.data.map(({ step, status }) => ({ text: step, completed: status === 'completed' })) }
}
