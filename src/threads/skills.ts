import { z } from 'zod'
import type { Connection } from '../codex/app-server/connection.ts'

export const skillView = z.looseObject({
  name: z.string(),
  description: z.string(),
  path: z.string(),
  scope: z.string(),
  enabled: z.boolean()
})
export const skillsEntry = z.object({
  cwd: z.string(),
  skills: z.array(skillView),
  errors: z.array(z.looseObject({ path: z.string(), message: z.string() }))
})

const list = z.object({ data: z.array(skillsEntry) })

/** The skills that codex finds for each folder, those of its home included. */
export async function skillsIn(
  connection: Connection,
  cwds: readonly string[],
  forceReload = false
): Promise<z.output<typeof skillsEntry>[]> {
  return list.parse(await connection.request('skills/list', { cwds, forceReload })).data
}

/** Whether one of them has this path. */
export async function isSkillIn(connection: Connection, cwd: string, path: string): Promise<boolean> {
  return (await skillsIn(connection, [cwd])).some(({ skills }) => skills.some((skill) => skill.path === path))
}
