import { secondsOf } from '../../../agents/ids.ts'
import { notFound } from '../../../agents/resources.ts'
import type { Artifact } from '../../../environments/artifact.ts'
import type { ApiContext, Operation } from '../../../http/api.ts'
import { pageSchemaOf } from '../../../openai/page.ts'
import { z } from 'zod'
import { deletedAnswer } from '../answers.ts'
import type { AgentsDependencies } from '../dependencies.ts'
import { checkOpen, enterSession } from '../enter.ts'
import { pageFrom, pageQuery, strictWishIn } from '../page.ts'
import { artifactAnswer } from './schema.ts'

const all = '/agents/sessions/{id}/artifacts'
const one = `${all}/{artifactId}`
const query = pageQuery.extend({ environment_id: z.string().optional() })

/** What the turns of a session have published, also of one that was deleted. */
export function artifactOperations(dependencies: AgentsDependencies): Operation[] {
  const { hosting } = dependencies
  const whoseIn = (ctx: ApiContext) => ({ owner: ctx.state.principal.id, session: ctx.params['id'] ?? '' })
  const entered = (ctx: ApiContext) => {
    if (hosting === undefined) throw notFound()
    const found = hosting.artifacts.find(whoseIn(ctx), ctx.params['artifactId'] ?? '')
    if (found.workspace !== null) checkOpen(ctx, found.workspace, dependencies)
    return { artifacts: hosting.artifacts, found }
  }
  const shared = { failures: [404] } as const
  return [
    {
      ...shared,
      method: 'get',
      path: all,
      summary: 'The files that turns of a session have published. They stay when the session is deleted.',
      query,
      answer: pageSchemaOf(artifactAnswer),
      handle(ctx) {
        const whose = whoseIn(ctx)
        const one = hosting?.artifacts.oneOf(whose)
        if (one === undefined) enterSession(ctx, dependencies)
        else if (one.workspace !== null) checkOpen(ctx, one.workspace, dependencies)
        const environment = [ctx.query['environment_id']].flat()[0]
        const wish = { ...strictWishIn(ctx), environment }
        const found = hosting?.artifacts.list(whose, wish) ?? { values: [], hasMore: false }
        ctx.body = pageFrom(found, shownArtifact)
      }
    },
    {
      ...shared,
      method: 'get',
      path: one,
      summary: 'A published file.',
      answer: artifactAnswer,
      handle(ctx) {
        ctx.body = shownArtifact(entered(ctx).found)
      }
    },
    {
      ...shared,
      method: 'get',
      path: `${one}/content`,
      summary: 'The bytes of a published file.',
      answer: 'application/octet-stream',
      handle(ctx) {
        const { artifacts, found } = entered(ctx)
        ctx.type = 'application/octet-stream'
        ctx.length = found.size
        ctx.body = artifacts.read(found)
      }
    },
    {
      ...shared,
      method: 'delete',
      path: one,
      summary: 'Delete a published file. The one in the environment stays.',
      answer: deletedAnswer('agent.session.artifact.deleted'),
      handle(ctx) {
        const { artifacts, found } = entered(ctx)
        artifacts.delete(found)
        ctx.body = { id: found.id, object: 'agent.session.artifact.deleted', deleted: true }
      }
    }
  ]
}

const shownArtifact = ({ id, createdAt, environment, path, session, size, turn }: Artifact) => ({
  id,
  object: 'agent.session.artifact' as const,
  created_at: secondsOf(createdAt),
  environment_id: environment,
  path,
  session_id: session,
  size_bytes: size,
  turn_id: turn
})
