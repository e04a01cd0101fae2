import { newId, secondsOf } from '../../../agents/ids.ts'
import { notFound } from '../../../agents/resources.ts'
import type { ApiContext, Operation } from '../../../http/api.ts'
import { pageSchemaOf } from '../../../openai/page.ts'
import { readRequest } from '../../read-request.ts'
import { deletedAnswer } from '../answers.ts'
import type { AgentsDependencies } from '../dependencies.ts'
import { pageFrom, pageQuery, wishIn } from '../page.ts'
import { readUpdate } from '../read-update.ts'
import { checkOfferedEnvironment, setupFrom } from './config.ts'
import { filesFrom, uploadsOf } from './files.ts'
import { networkFrom } from './network.ts'
import { hostingIn } from './prepare.ts'
import { templateAnswer, templateCreation } from './schema.ts'
import type { TemplateFields } from './schema.ts'
import { shownTemplate } from './template.ts'
import type { StoredTemplate } from './template.ts'

const all = '/agents/environments/templates'
const one = `${all}/{id}`

/** The operations on templates of environments. */
export function templateOperations(dependencies: AgentsDependencies): Operation[] {
  const { environmentTemplates: templates, readBody } = dependencies
  const ownerOf = (ctx: ApiContext) => ctx.state.principal.id
  return [
    {
      method: 'post',
      path: all,
      summary: 'Save what environments are to be made of.',
      body: templateCreation,
      answer: templateAnswer,
      async handle(ctx) {
        const sent = await readRequest(ctx, readBody, templateCreation)
        const now = secondsOf(Date.now())
        const id = newId('envtpl')
        const template = templateFrom(ctx, sent, { created_at: now, updated_at: now }, dependencies)
        await templates.add(ownerOf(ctx), id, template)
        ctx.status = 201
        ctx.body = shownTemplate(id, template)
      }
    },
    {
      method: 'get',
      path: all,
      summary: 'Your templates of environments.',
      query: pageQuery,
      answer: pageSchemaOf(templateAnswer),
      failures: [404],
      async handle(ctx) {
        const found = await templates.list(ownerOf(ctx), wishIn(ctx))
        ctx.body = pageFrom(found, ({ id, value }) => shownTemplate(id, value))
      }
    },
    {
      method: 'get',
      path: one,
      summary: 'A template of environments.',
      answer: templateAnswer,
      failures: [404],
      async handle(ctx) {
        const { id = '' } = ctx.params
        ctx.body = shownTemplate(id, await templates.find(ownerOf(ctx), id))
      }
    },
    {
      method: 'post',
      path: one,
      summary: 'Change a template. Environments that there are stay as they are.',
      body: templateCreation,
      answer: templateAnswer,
      failures: [404],
      async handle(ctx) {
        const { id = '' } = ctx.params
        const former = await templates.find(ownerOf(ctx), id)
        const sent = await readUpdate(ctx, readBody, templateCreation)
        const times = { created_at: former.created_at, updated_at: secondsOf(Date.now()) }
        const unchanged = 'setup_commands' in sent ? {} : { setup_commands: former.setup_commands }
        const { setup_commands: _, ...rest } = former
        const files = 'files' in sent ? {} : { files: former.files } // an upload may be gone: the next environment says so
        const wish = { ...rest, files: [], ...sent }
        const changed = { ...templateFrom(ctx, wish, times, dependencies), ...unchanged, ...files }
        await templates.replace(ownerOf(ctx), id, changed)
        ctx.body = shownTemplate(id, changed)
      }
    },
    {
      method: 'delete',
      path: one,
      summary: 'Delete a template. Environments that were made of it stay.',
      answer: deletedAnswer('agent.environment.template.deleted'),
      failures: [404],
      handle(ctx) {
        const { id = '' } = ctx.params
        if (!templates.delete(ownerOf(ctx), id)) throw notFound()
        ctx.body = { id, object: 'agent.environment.template.deleted', deleted: true }
      }
    }
  ]
}

/** Throws for what no environment can be. */
function templateFrom(
  ctx: ApiContext,
  sent: TemplateFields,
  times: Pick<StoredTemplate, 'created_at' | 'updated_at'>,
  dependencies: Pick<AgentsDependencies, 'environmentHosts' | 'hosting'>
): StoredTemplate {
  checkOfferedEnvironment(sent, '')
  filesFrom(sent.files ?? [], 'files', uploadsOf(ctx.state.principal.id, hostingIn(dependencies)))
  const network = networkFrom(sent.network, 'network', dependencies.environmentHosts, undefined)
  const setup_commands = setupFrom(sent, '') ?? []
  return { ...times, name: sent.name ?? null, network, env: sent.env ?? {}, files: sent.files ?? [], setup_commands }
}
