import { expect, it } from 'vitest'
import { answer, says } from '../../support/upstream/answer.ts'
import { afterTools, toolCall } from '../../support/upstream/tool-calls.ts'
import { all, failure, sharedAgents } from './start-agents.ts'

const rig = sharedAgents(says('Done.'))
const sessions = () => rig().agents().sessions
const add = { type: 'function' as const, name: 'add', description: 'Adds.', parameters: { type: 'object' } }
const agent = { model: 'gpt-5.5', tools: [add] }
const cancel = { type: 'agent.session.input.cancel' }
const message = {
  type: 'agent.session.input.message',
  input: [{ role: 'user', content: [{ type: 'input_text', text: 'Not once.' }] }]
}
const decision = {
  type: 'agent.session.input.mcp_approval_request_result',
  request_id: 'apr_x',
  response: { type: 'mcp_tool_call', decision: 'approve' }
}

it('nothing of a request is done of which one part cannot be', async () => {
  rig().upstream.answerNext(
    afterTools(
      (request) => answer([toolCall(request, 'add', {})]),
      () => says('Added.')
    )
  )
  const { id } = await sessions().create({ environment: { type: 'none' }, agent, input: 'Begin.' })
  const now = () => sessions().retrieve(id)
  await expect.poll(async () => (await now()).status, { timeout: 20_000 }).toBe('requires_action')
  const [call] = (await now()).required_actions as { turn_id: string; call_id: string }[]
  const type = 'agent.session.input.tool_result'
  const result = (output: string) => ({ ...call, type, success: true, output })
  const send = (...events: object[]) => sessions().events.create(id, { events: events as never })
  for (const [status, ...events] of [
    [400, message, decision],
    [409, result('1'), result('2')],
    [400, cancel, result('1')]
  ] as const)
    expect(await failure(send(...events))).toMatchObject({ status, param: null })
  expect(await now()).toMatchObject({ status: 'requires_action', required_actions: [call] })
  await send(result('3'), result('3'))
  await expect.poll(async () => (await now()).status, { timeout: 20_000 }).toBe('idle')
  expect(JSON.stringify(await all(sessions().items.list(id)))).not.toContain('Not once.')
})
