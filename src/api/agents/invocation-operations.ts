import type { Operation } from '../../http/api.ts'
import { pageSchemaOf } from '../../openai/page.ts'
import { invocationAnswer, shownInvocation } from './automation-answers.ts'
import { enterAutomation } from './automation-operations.ts'
import type { AutomationsDependencies } from './dependencies.ts'
import { pageFrom, pageQuery, wishIn } from './page.ts'

const path = '/agents/automations/{id}/invocations'

/** What automations have done, and asking one to do it now. */
export function invocationOperations(dependencies: AutomationsDependencies): Operation[] {
  const { automations, runAutomations } = dependencies
  const shared = { answer: invocationAnswer, failures: [404] }
  return [
    {
      ...shared,
      method: 'post',
      path,
      summary: 'Have an automation done now, whatever its schedule.',
      handle(ctx) {
        const automation = enterAutomation(ctx, dependencies)
        const made = automations.invoke(automation)
        runAutomations()
        ctx.status = 201
        ctx.body = shownInvocation(made, automation)
      }
    },
    {
      ...shared,
      method: 'get',
      path,
      summary: 'What an automation has done, or is to do.',
      query: pageQuery,
      answer: pageSchemaOf(invocationAnswer),
      handle(ctx) {
        const automation = enterAutomation(ctx, dependencies)
        const found = automations.invocations(automation, wishIn(ctx))
        ctx.body = pageFrom(found, (invocation) => shownInvocation(invocation, automation))
      }
    },
    {
      ...shared,
      method: 'get',
      path: `${path}/{invocationId}`,
      summary: 'One time that an automation was done, or is to be.',
      handle(ctx) {
        const automation = enterAutomation(ctx, dependencies)
        const found = automations.invocation(automation, ctx.params['invocationId'] ?? '')
        ctx.body = shownInvocation(found, automation)
      }
    }
  ]
}
