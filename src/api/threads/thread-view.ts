import { z } from 'zod'
import type { ThreadRecord } from '../../threads/record.ts'
import { turnView } from '../../threads/turn-view.ts'
import type { TurnView } from '../../threads/turn-view.ts'

/** A thread, with the fields that app-server gives them (codex-cli 0.169). Times are Unix seconds. */
export const threadView = z.object({
  id: z.string(),
  preview: z.string().meta({ description: 'The beginning of its first message.' }),
  name: z.string().nullable(),
  model: z.string().nullable().meta({ description: 'Null: the default one.' }),
  modelProvider: z.string(),
  workspace: z.string(),
  cwd: z.string().meta({ description: 'Where its turns work: a path below the folder of the workspace, or `.`.' }),
  forkedFromId: z.string().nullable(),
  archived: z.boolean(),
  status: z.object({ type: z.enum(['idle', 'active']) }),
  createdAt: z.number(),
  updatedAt: z.number(),
  turns: z.array(turnView).meta({ description: 'The oldest first. Empty unless they were asked for.' })
})

/** `turns`: the oldest first. */
export function threadViewFrom(
  thread: ThreadRecord,
  isActive: boolean,
  turns: TurnView[] = []
): z.output<typeof threadView> {
  const { id, preview, name, settings, provider, workspace, parent, archived, createdAt, usedAt } = thread
  return {
    id,
    preview,
    name,
    model: settings.model ?? null,
    modelProvider: provider ?? '',
    workspace,
    cwd: settings.cwd || '.',
    forkedFromId: parent,
    archived,
    status: { type: isActive ? 'active' : 'idle' },
    createdAt: Math.floor(createdAt / 1000),
    updatedAt: Math.floor(usedAt / 1000),
    turns
  }
}
