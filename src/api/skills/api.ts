import { z } from 'zod'
import type { Api } from '../../http/api.ts'
import type { ReadBody } from '../../http/body/body.ts'
import { lifetime } from '../../http/lifetime.ts'
import type { AppServerCalls } from '../../threads/calls.ts'
import { skillsEntry, skillsOf, switchSkill } from '../../threads/skills.ts'
import { appServerErrors } from '../app-server-errors.ts'
import { ignoredHeader, readRequest } from '../read-request.ts'
import { scopeOf } from '../../http/scope.ts'

export interface SkillsDependencies {
  calls: AppServerCalls
  readBody: ReadBody
}

const path = z.string().min(1).max(4_096)
const listRequest = z.object({
  cwds: z
    .array(path)
    .max(32)
    .nullish()
    .meta({ description: 'Folders in the workspace; its own folder when left out or empty.' }),
  forceReload: z.boolean().nullish()
})
const writeRequest = z.object({
  path: path.meta({ description: 'Of a skill that `POST /api/skills/list` lists.' }),
  enabled: z.boolean()
})

const shared = { method: 'post', failures: [404, 409, 502, 503], exposes: [ignoredHeader] } as const

/** The skills that Codex finds in the workspace and in its home, by the names of app-server's methods. */
export function skillsApi({ calls, readBody }: SkillsDependencies): Api {
  return {
    dialect: appServerErrors,
    operations: [
      {
        ...shared,
        path: '/api/skills/list',
        summary: 'The skills that Codex finds for folders of the workspace.',
        body: listRequest,
        answer: z.object({ data: z.array(skillsEntry) }),
        async handle(ctx) {
          const { cwds, forceReload } = await readRequest(ctx, readBody, listRequest)
          const data = await calls.on(scopeOf(ctx), lifetime(ctx), (place) =>
            skillsOf(place, cwds ?? [], forceReload ?? false)
          )
          ctx.body = { data }
        }
      },
      {
        ...shared,
        path: '/api/skills/config/write',
        summary: 'Switch a skill on or off, for everybody who uses the workspace.',
        body: writeRequest,
        answer: z.object({ effectiveEnabled: z.boolean() }),
        async handle(ctx) {
          const request = await readRequest(ctx, readBody, writeRequest)
          ctx.body = await calls.on(scopeOf(ctx), lifetime(ctx), (place) =>
            switchSkill(place, request.path, request.enabled)
          )
        }
      }
    ]
  }
}
