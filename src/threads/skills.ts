import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Connection } from '../codex/app-server/connection.ts'
import { contains } from '../codex/files/paths.ts'
import type { CallPlace } from './calls.ts'
import { noSkill } from './input.ts'
import { placeIn } from '../codex/files/place-in.ts'

export const skillsEntry = z.object({
  cwd: z.string(),
  skills: z.array(
    z.looseObject({
      name: z.string(),
      description: z.string(),
      path: z.string(),
      scope: z.string(),
      enabled: z.boolean()
    })
  ),
  errors: z.array(z.looseObject({ path: z.string(), message: z.string() }))
})

type SkillsEntry = z.output<typeof skillsEntry>

const list = z.object({ data: z.array(skillsEntry) })
const written = z.object({ effectiveEnabled: z.boolean() })

/** The skills for folders of a workspace, as callers name them; for its own folder where they name none. */
export async function skillsOf(
  { connection, workspace: { folder } }: CallPlace,
  cwds: readonly string[],
  forceReload: boolean
): Promise<SkillsEntry[]> {
  const places = await Promise.all(
    cwds.map((cwd, index) => placeIn(folder, cwd, { kind: 'folder', param: `cwds[${index}]` }))
  )
  const entries = await skillsIn(connection, places.length > 0 ? places : [folder], forceReload)
  return Promise.all(entries.map((entry) => withoutLinks(entry, folder)))
}

/** Throws for a path that is none of a skill's: codex would write any into its configuration. */
export async function switchSkill(
  { connection, workspace: { folder } }: CallPlace,
  path: string,
  enabled: boolean
): Promise<z.output<typeof written>> {
  const project = join(path, '..', '..', '..', '..') // of `.agents/skills/NAME/SKILL.md`
  const cwds = contains(folder, project) ? [folder, project] : [folder]
  const entries = await skillsIn(connection, cwds)
  if (!entries.some((entry) => hasSkill(entry, path))) throw noSkill('path')
  return written.parse(await connection.request('skills/config/write', { path, enabled }))
}

/** Whether codex finds a skill of this path for a folder of the workspace, and it lies where it seems to. */
export async function isSkillIn({ connection, workspace }: CallPlace, cwd: string, path: string): Promise<boolean> {
  const [entry] = await skillsIn(connection, [cwd])
  return entry !== undefined && hasSkill(await withoutLinks(entry, workspace.folder), path)
}

async function skillsIn(connection: Connection, cwds: readonly string[], forceReload = false): Promise<SkillsEntry[]> {
  return list.parse(await connection.request('skills/list', { cwds, forceReload })).data
}

const hasSkill = ({ skills }: SkillsEntry, path: string) => skills.some((skill) => skill.path === path)

/** Without skills that seem to lie in the workspace and are links to elsewhere: a command may have made them. */
async function withoutLinks(entry: SkillsEntry, folder: string): Promise<SkillsEntry> {
  const isInside = async (path: string) => contains(folder, await realpath(path).catch(() => '/'))
  const stays = await Promise.all(
    entry.skills.map(async ({ path }) => !contains(folder, path) || (await isInside(path)))
  )
  return { ...entry, skills: entry.skills.filter((_, index) => stays[index]) }
}
