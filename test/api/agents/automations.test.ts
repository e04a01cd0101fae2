import { describe, expect, it } from 'vitest'
import type { OpenAI } from 'openai-newest'
import { answer, says } from '../../support/upstream/answer.ts'
import { afterTools, toolCall } from '../../support/upstream/tool-calls.ts'
import { all, failure, sharedAgents, stranger } from './start-agents.ts'

const rig = sharedAgents(says('Done.'))
const automations = () => rig().agents().automations
const sessions = () => rig().agents().sessions
const environment = { type: 'none' as const }
const input = (text: string) => [{ role: 'user' as const, content: [{ type: 'input_text' as const, text }] }]
const agent = { model: 'gpt-5.5', instructions: 'Be brief.' }
const report = (text = 'Report.') => ({ type: 'new_session' as const, environment, agent, input: input(text) })
const never = { type: 'periodic' as const, expression: '0 0 29 2 *', timezone: 'Europe/Berlin' }
const inAnHour = () => Math.floor(Date.now() / 1000) + 3_600

/** Resolves when it is given, or has failed. */
async function over(made: OpenAI.Beta.Agents.Automations.AutomationInvocation) {
  const now = () => automations().invocations.retrieve(made.id, { automation_id: made.automation_id })
  await expect.poll(async () => (await now()).status, { timeout: 20_000 }).not.toBe('queued')
  return now()
}

describe('automations', () => {
  it('are made, read, listed, changed, paused, resumed and deleted', async () => {
    const made = await automations().create({ name: 'report', metadata: { team: 'a' }, target: report(), ...never })
    expect(made).toMatchObject({
      object: 'agent.automation',
      status: 'active',
      created_by: { type: 'developer' },
      expression: '0 0 29 2 *',
      timezone: 'Europe/Berlin',
      target: { type: 'new_session', agent, agent_id: null, environment, vault_ids: [], input: input('Report.') }
    })
    expect(await automations().retrieve(made.id)).toEqual(made)
    expect(await all(automations().list({ limit: 1 }))).toEqual([made])
    expect(await all(automations().list({ session_id: 'asess_x' }))).toEqual([])
    const changed = await automations().update(made.id, {
      name: 'daily',
      expression: '0 7 * * *',
      metadata: { b: 'c' }
    })
    expect(changed).toMatchObject({ name: 'daily', expression: '0 7 * * *', metadata: { b: 'c' }, target: made.target })
    expect((await automations().pause(made.id)).status).toBe('paused')
    expect((await automations().resume(made.id)).status).toBe('active')
    expect(await automations().delete(made.id)).toMatchObject({ deleted: true, object: 'agent.automation.deleted' })
    expect(await failure(automations().retrieve(made.id))).toMatchObject({ status: 404, code: 'not_found_error' })
  })

  it('make a session each time that they are done', async () => {
    const made = await automations().create({ name: 'report', target: report(), ...never })
    const invoked = await automations().invocations.create(made.id)
    expect(invoked).toMatchObject({
      status: 'queued',
      session_id: null,
      source: { type: 'manual' },
      scheduled_at: null
    })
    const { status, session_id } = await over(invoked)
    expect(status).toBe('completed')
    await expect
      .poll(async () => JSON.stringify(await all(sessions().items.list(session_id!))), { timeout: 20_000 })
      .toContain('Done.')
    expect(JSON.stringify(rig().upstream.requests.at(-1)?.body.input)).toMatch(/Be brief\..*Report\./s)
    const again = await over(await automations().invocations.create(made.id))
    expect(again.session_id).not.toBe(session_id)
    const listed = await all(automations().invocations.list(made.id, { order: 'asc' }))
    expect(listed.map(({ id }) => id)).toEqual([invoked.id, again.id])
  })

  it('are done at their time, and are completed when that was once', async () => {
    const at = Math.floor(Date.now() / 1000) + 2
    const made = await automations().create({ type: 'once', name: 'soon', run_at: at, target: report('Soon.') })
    await expect.poll(async () => (await automations().retrieve(made.id)).status, { timeout: 20_000 }).toBe('completed')
    const [done] = await all(automations().invocations.list(made.id))
    expect(done).toMatchObject({ status: 'completed', scheduled_at: at, source: { type: 'automation' } })
    expect(await failure(automations().pause(made.id))).toMatchObject({ status: 409 })
    expect(await failure(automations().resume(made.id))).toMatchObject({ status: 400, param: 'run_at' })
    const later = await automations().update(made.id, { run_at: inAnHour() })
    expect(later.status).toBe('active')
  })

  it('write to a session when it is idle, and are skipped while they wait for it', async () => {
    const parameters = { type: 'object', properties: {} }
    const tools = [{ type: 'function' as const, name: 'add', description: 'Adds.', parameters }]
    rig().upstream.answerNext(
      afterTools(
        (request) => answer([toolCall(request, 'add', {})]),
        () => says('Added.')
      )
    )
    const { id } = await sessions().create({ environment, agent: { ...agent, tools }, input: 'Begin.' })
    await expect.poll(async () => (await sessions().retrieve(id)).status, { timeout: 20_000 }).toBe('requires_action')
    const target = { type: 'existing_session' as const, session_id: id, instructions: 'Time for tea.' }
    const long = { ...target, instructions: 'tea'.repeat(1_000_000) }
    expect(await failure(automations().create({ name: 'long', target: long, ...never }))).toMatchObject({
      param: 'target.instructions'
    })
    const made = await automations().create({ name: 'tea', target, ...never })
    const waiting = await automations().invocations.create(made.id)
    expect(waiting.session_id).toBe(id)
    const skipped = await automations().invocations.create(made.id)
    expect(skipped).toMatchObject({ status: 'skipped', skip_reason: 'pending_delivery' })
    await sessions().events.create(id, { events: [{ type: 'agent.session.input.cancel' }] })
    expect((await over(waiting)).status).toBe('completed')
    const items = JSON.stringify(await all(sessions().items.list(id)))
    expect(items.split('Time for tea.').length).toBe(2)
    await expect.poll(async () => (await sessions().retrieve(id)).status, { timeout: 20_000 }).toBe('idle')
    await sessions().delete(id)
    const late = await over(await automations().invocations.create(made.id))
    expect(late).toMatchObject({ status: 'failed', error: { code: 'not_found' } })
  })

  it('survive the gateway', async () => {
    const made = await automations().create({ name: 'kept', target: report(), ...never })
    await rig().restart()
    expect(await automations().retrieve(made.id)).toEqual(made)
    expect((await over(await automations().invocations.create(made.id))).status).toBe('completed')
  })

  it('are another owner’s alone', async () => {
    const made = await automations().create({ name: 'mine', target: report(), ...never })
    const invoked = await over(await automations().invocations.create(made.id))
    const { automations: others } = rig().client(stranger).beta.agents
    const target = { type: 'existing_session' as const, session_id: invoked.session_id!, instructions: 'x' }
    const calls = [
      () => others.retrieve(made.id),
      () => others.update(made.id, { name: 'x' }),
      () => others.pause(made.id),
      () => others.resume(made.id),
      () => others.delete(made.id),
      () => others.invocations.create(made.id),
      () => others.invocations.retrieve(invoked.id, { automation_id: made.id }),
      () => others.invocations.list(made.id),
      () => others.create({ name: 'x', target, ...never })
    ]
    for (const call of calls) expect(await failure(call())).toMatchObject({ status: 404 })
    expect((await others.list()).data).toEqual([])
  })
})

it.each([
  [{ ...never, expression: '61 * * * *' }, 'expression'],
  [{ ...never, timezone: 'Mars/Olympus' }, 'timezone'],
  [{ type: 'once', run_at: 1 }, 'run_at'],
  [
    { ...never, target: { ...report(), environment: { type: 'self_hosted', workspace_directory: '/w' } } },
    'target.environment.type'
  ],
  [{ ...never, target: { ...report(), vault_ids: ['v'] } }, 'target.vault_ids'],
  [
    { ...never, target: { ...report(), agent: { ...agent, tools: [{ type: 'computer_use' }] } } },
    'target.agent.tools[0].type'
  ],
  [{ ...never, target: { ...report(), input: [] } }, 'target.input']
])('what cannot be done is refused when it is made: %#', async (body, param) => {
  const call = automations().create({ name: 'x', target: report(), ...body } as never)
  expect(await failure(call)).toMatchObject({ status: 400, param })
})
