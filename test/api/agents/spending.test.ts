import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answer, says } from '../../support/upstream/answer.ts'
import { message } from '../../support/upstream/items.ts'
import { afterTools, toolCall } from '../../support/upstream/tool-calls.ts'
import { all, failure, startAgents } from './start-agents.ts'
import type { AgentsRig } from './start-agents.ts'

/** 3 cents: 1,000 tokens go in at 10 dollars a million, and 1,000 come out at 20. */
const threeCents = { input: 1_000, cached: 0, output: 1_000, reasoning: 0 }
const costly = answer([message(['Done.'])], threeCents)

let rig: AgentsRig
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spending-'))
  const file = join(folder, 'prices.toml')
  await writeFile(file, '[models."gpt-5.5"]\ninput = 10\noutput = 20\n')
  rig = await startAgents(costly, { CODEX_PRICES_FILE: file })
})
afterAll(async () => {
  await rig[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

const runs = afterTools(
  (request) => answer([toolCall(request, 'add', {})], threeCents),
  () => says('Added.')
)
const sessions = () => rig.agents().sessions
const environment = { type: 'none' as const }
const parameters = { type: 'object', properties: {} }
const add = { type: 'function' as const, name: 'add', description: 'Adds.', parameters }
const agent = { model: 'gpt-5.5', tools: [add] }
const says1 = (text: string) => ({
  type: 'agent.session.input.message' as const,
  input: [{ role: 'user' as const, content: [{ type: 'input_text' as const, text }] }]
})
const send = (id: string) => sessions().events.create(id, { events: [says1('More.')] })
const status = async (id: string, wanted: string) => {
  await expect.poll(async () => (await sessions().retrieve(id)).status, { timeout: 20_000 }).toBe(wanted)
  return sessions().retrieve(id)
}
const lastTurn = async (id: string) => (await all(sessions().turns.list(id)))[0]
const reached = { status: 400, code: 'session_budget_exceeded', param: 'spend_control.limit' }

describe('a session with a limit on what it spends', () => {
  it('takes no message when it has spent it, until the limit is raised or removed', async () => {
    const made = await sessions().create({ environment, agent, input: 'Begin.', spend_control: { limit: 5 } })
    expect(made.spend_control).toEqual({ limit: 5, consumed: 0 })
    expect((await status(made.id, 'idle')).spend_control).toEqual({ limit: 5, consumed: 3 })
    await send(made.id)
    expect((await status(made.id, 'idle')).spend_control).toEqual({ limit: 5, consumed: 6 })
    expect((await lastTurn(made.id))?.status).toBe('completed') // its answer was complete
    const asked = rig.upstream.requests.length
    expect(await failure(send(made.id))).toMatchObject(reached)
    const other = await rig.post(`/sessions/${made.id}/turn`, { input: [{ type: 'text', text: 'By another way.' }] })
    expect([other.status, other.body.error.message]).toEqual([400, expect.stringContaining('`spend_control`')])
    expect(rig.upstream.requests.length).toBe(asked)
    await sessions().update(made.id, { spend_control: { limit: 7 } })
    await send(made.id)
    expect((await status(made.id, 'idle')).spend_control).toEqual({ limit: 7, consumed: 9 })
    expect((await sessions().update(made.id, { spend_control: null })).spend_control).toBeUndefined()
    await send(made.id)
    await status(made.id, 'idle')
    const again = await sessions().update(made.id, { spend_control: { limit: 100 } })
    expect(again.spend_control).toEqual({ limit: 100, consumed: 12 })
  })

  it('ends its turn before the next request to the model', async () => {
    rig.upstream.answerNext(runs)
    const { id } = await sessions().create({ environment, agent, input: 'Add.', spend_control: { limit: 2 } })
    const { required_actions: actions } = await status(id, 'requires_action')
    const [{ call_id, turn_id }] = actions as unknown as [{ call_id: string; turn_id: string }]
    const type = 'agent.session.input.tool_result' as const
    await sessions().events.create(id, { events: [{ type, call_id, turn_id, success: true, output: '3' }] })
    expect((await status(id, 'idle')).spend_control).toEqual({ limit: 2, consumed: 3 })
    expect(await lastTurn(id)).toMatchObject({ status: 'failed', error: { code: 'session_budget_exceeded' } })
  })

  it('ends a turn that waits when its limit is lowered below what it has spent', async () => {
    const { id } = await sessions().create({ environment, agent, input: 'Begin.', spend_control: { limit: 50 } })
    await status(id, 'idle')
    rig.upstream.answerNext(runs)
    await send(id)
    await status(id, 'requires_action')
    await sessions().update(id, { spend_control: { limit: 1 } })
    expect((await status(id, 'idle')).required_actions).toEqual([])
    expect(await lastTurn(id)).toMatchObject({ status: 'failed', error: { code: 'session_budget_exceeded' } })
  })

  it.each([0, -1, 'much'])('is refused the limit %s', async (limit) => {
    const call = sessions().create({ environment, agent, input: 'x', spend_control: { limit } as never })
    expect(await failure(call)).toMatchObject({ status: 400, param: 'spend_control.limit' })
  })

  it('has no model whose price is not known', async () => {
    const other = { model: 'gpt-5.6-sol' }
    const refused = { status: 400, param: 'spend_control', code: 'unsupported_parameter' }
    const call = sessions().create({ environment, agent: other, input: 'x', spend_control: { limit: 5 } })
    expect(await failure(call)).toMatchObject({
      ...refused,
      message: expect.stringContaining('CODEX_PRICES_FILE') as string
    })
    const { id } = await sessions().create({ environment, agent, input: 'x', spend_control: { limit: 50 } })
    await status(id, 'idle')
    expect(await failure(sessions().update(id, { agent: other }))).toMatchObject(refused)
    await writeFile(join(folder, 'other.toml'), '[models."gpt-6*"]\ninput = 10\noutput = 20\n')
    await rig.restart({ CODEX_PRICES_FILE: join(folder, 'other.toml') })
    expect((await sessions().retrieve(id)).spend_control).toEqual({ limit: 50, consumed: 3 })
    expect(await failure(send(id))).toMatchObject({ status: 400, param: 'spend_control.limit' })
    expect((await sessions().update(id, { agent: other, spend_control: { limit: null } })).agent.model).toBe(
      'gpt-5.6-sol'
    )
  })
})
