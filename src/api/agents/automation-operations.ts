import type { Automation, AutomationBody } from '../../agents/automations/automation.ts'
import type { Schedule } from '../../agents/automations/schedule.ts'
import type { ApiContext, Operation } from '../../http/api.ts'
import { invalid, parsed } from '../../openai/invalid.ts'
import { pageSchemaOf } from '../../openai/page.ts'
import { GatewayError } from '../../turn/error.ts'
import { isJsonObject } from '../../turn/json-object.ts'
import { automationAnswer, shownAutomation } from './automation-answers.ts'
import { automationCreation, automationUpdate } from './automation-schema.ts'
import type { AutomationCreation, AutomationUpdate } from './automation-schema.ts'
import { targetFrom } from './automation-target.ts'
import { deletedAnswer } from './answers.ts'
import type { AutomationsDependencies } from './dependencies.ts'
import { checkOpen, openTo } from './enter.ts'
import { fieldsOf } from './fields-of.ts'
import { pageFrom, pageQuery, wishIn } from './page.ts'

const one = '/agents/automations/{id}'

/** The automation that the path names. Throws `not_found`. */
export function enterAutomation(
  ctx: ApiContext,
  { automations, directory }: Pick<AutomationsDependencies, 'automations' | 'directory'>
): Automation {
  const found = automations.find(ctx.state.principal.id, ctx.params['id'] ?? '')
  checkOpen(ctx, found.workspace, { directory })
  return found
}

/** The operations on automations. */
export function automationOperations(dependencies: AutomationsDependencies): Operation[] {
  const { automations, readBody, runAutomations } = dependencies
  const changed = (ctx: ApiContext, summary: Parameters<typeof automations.change>[1]) => {
    ctx.body = shownAutomation(automations.change(enterAutomation(ctx, dependencies), summary))
    runAutomations() // another time may be the next
  }
  const shared = { answer: automationAnswer, failures: [404] }
  return [
    {
      ...shared,
      method: 'post',
      path: '/agents/automations',
      summary: 'Save an automation: what is to be done once, or by a schedule.',
      body: automationCreation,
      async handle(ctx) {
        const body = await readBody(ctx)
        const sent = parsed(automationCreation, body)
        const schedule = scheduleFrom(sent)
        const target = await targetFrom(ctx, sent.target, targetFields(body), dependencies)
        const { principal, workspace } = ctx.state
        const { name, metadata } = sent
        const made = { name, metadata: metadata ?? {}, schedule, target, workspace: workspace.id, caller: principal }
        ctx.status = 201
        ctx.body = shownAutomation(automations.add(principal.id, made))
        runAutomations()
      }
    },
    {
      ...shared,
      method: 'get',
      path: '/agents/automations',
      summary: 'Your automations; with `session_id` those that write to this session.',
      query: pageQuery,
      answer: pageSchemaOf(automationAnswer),
      handle(ctx) {
        const session = [ctx.query['session_id']].flat()[0]
        const wish = { ...wishIn(ctx), session, workspaces: openTo(ctx, dependencies) }
        ctx.body = pageFrom(automations.list(ctx.state.principal.id, wish), shownAutomation)
      }
    },
    {
      ...shared,
      method: 'get',
      path: one,
      summary: 'An automation.',
      handle(ctx) {
        ctx.body = shownAutomation(enterAutomation(ctx, dependencies))
      }
    },
    {
      ...shared,
      method: 'post',
      path: one,
      summary: 'Change an automation. Its target and its metadata are replaced completely.',
      body: automationUpdate,
      async handle(ctx) {
        const automation = enterAutomation(ctx, dependencies)
        const body = await readBody(ctx, { optional: true })
        const sent = parsed(automationUpdate, body)
        const fields = targetFields(body)
        const target = sent.target && (await targetFrom(ctx, sent.target, fields, dependencies))
        changed(ctx, changeFrom(automation, sent, { ...(target && { target }) }))
      }
    },
    {
      ...shared,
      method: 'delete',
      path: one,
      summary: 'Delete an automation. Its sessions stay.',
      answer: deletedAnswer('agent.automation.deleted'),
      handle(ctx) {
        const { owner, id } = enterAutomation(ctx, dependencies)
        automations.delete(owner, id)
        ctx.body = { id, object: 'agent.automation.deleted', deleted: true }
      }
    },
    {
      ...shared,
      method: 'post',
      path: `${one}/pause`,
      summary: 'Pause an automation: nothing is done by its schedule until it is resumed.',
      failures: [404, 409],
      handle(ctx) {
        if (enterAutomation(ctx, dependencies).status === 'completed')
          throw new GatewayError(
            'conflict',
            'This automation is completed: it has no time any more at which it is run.'
          )
        changed(ctx, { status: 'paused' })
      }
    },
    {
      ...shared,
      method: 'post',
      path: `${one}/resume`,
      summary: 'Resume an automation. Times that came while it was paused are left out.',
      handle(ctx) {
        const automation = enterAutomation(ctx, dependencies)
        const { schedule, status } = automation
        if (status === 'active') return void (ctx.body = shownAutomation(automation))
        if (schedule.type === 'once' && !automations.hasPending(automation)) checkFuture(schedule.runAt)
        changed(ctx, { status: 'active' })
      }
    }
  ]
}

const targetFields = (body: unknown) => fieldsOf(isJsonObject(body) ? body['target'] : undefined)

function scheduleFrom(sent: AutomationCreation): Schedule {
  if (sent.type === 'periodic') return { type: 'periodic', expression: sent.expression, timezone: sent.timezone }
  checkFuture(sent.run_at * 1000)
  return { type: 'once', runAt: sent.run_at * 1000 }
}

function checkFuture(runAt: number): void {
  if (runAt <= Date.now()) throw invalid('run_at must be in the future.', 'run_at')
}

/** What a request changes. */
function changeFrom(
  { schedule, status }: Automation,
  { name, metadata, run_at, expression, timezone }: AutomationUpdate,
  target: Pick<Partial<AutomationBody>, 'target'>
): Partial<AutomationBody> & { status?: 'active' } {
  const others = {
    ...target,
    ...(name !== undefined && { name }),
    ...(metadata !== undefined && { metadata: metadata ?? {} })
  }
  if (schedule.type === 'periodic') {
    if (run_at !== undefined) throw invalid('A periodic automation has no run_at.', 'run_at')
    const { expression: formerly, timezone: former } = schedule
    return {
      ...others,
      schedule: { type: 'periodic', expression: expression ?? formerly, timezone: timezone ?? former }
    }
  }
  if (expression !== undefined) throw invalid('An automation that runs once has no expression.', 'expression')
  if (timezone !== undefined) throw invalid('An automation that runs once has no timezone.', 'timezone')
  if (run_at === undefined) return others
  checkFuture(run_at * 1000)
  const isAgain = status === 'completed' && ({ status: 'active' } as const)
  return { ...others, schedule: { type: 'once', runAt: run_at * 1000 }, ...isAgain }
}
