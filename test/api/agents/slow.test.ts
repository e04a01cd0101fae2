import { request } from 'node:http'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { says } from '../../support/upstream/answer.ts'
import { all, owner, startAgents } from './start-agents.ts'
import type { AgentsRig } from './start-agents.ts'

/** Milliseconds from one look for unused sessions to the next. */
const sweepMs = 15_000
let rig: AgentsRig
let sweep = () => {}
beforeAll(async () => {
  const interval = vi.spyOn(globalThis, 'setInterval')
  rig = await startAgents(says('Done.'))
  const looks = interval.mock.calls.filter(([, ms]) => ms === sweepMs)
  interval.mockRestore()
  expect(looks.length).toBeGreaterThan(0)
  sweep = () => looks.forEach(([look]) => look())
})
afterAll(() => rig[Symbol.asyncDispose]())

const sessions = () => rig.agents().sessions
const message = (text: string) => ({
  type: 'agent.session.input.message' as const,
  input: [{ role: 'user' as const, content: [{ type: 'input_text' as const, text }] }]
})
const idle = (id: string) =>
  expect.poll(async () => (await sessions().retrieve(id)).status, { timeout: 20_000 }).toBe('idle')

it('a message whose request takes longer than an unused session stays in memory is part of one turn', async () => {
  const { id } = await sessions().create({ environment: { type: 'none' }, agent: { model: 'gpt-5.5' }, input: 'Go.' })
  await idle(id)
  const body = JSON.stringify({ events: [message('Late.')] })
  const sent = request(`${rig.url()}/agents/sessions/${id}/events`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${owner}`,
      'openai-beta': 'agents=v1',
      'content-type': 'application/json',
      'content-length': body.length,
      expect: '100-continue'
    }
  })
  const answered = new Promise<number | undefined>((resolve) =>
    sent.once('response', (response) => resolve(response.resume().statusCode))
  )
  await new Promise((resolve) => sent.once('continue', resolve)) // its session was found
  const now = Date.now()
  const clock = vi.spyOn(Date, 'now').mockReturnValue(now + 120_000)
  sweep()
  clock.mockRestore()
  await sessions().events.create(id, { events: [message('Between.')] })
  await idle(id)
  sent.end(body)
  expect(await answered).toBe(202)
  await idle(id)
  expect((await all(sessions().turns.list(id))).map(({ status }) => status)).toEqual(Array(3).fill('completed'))
  const items = JSON.stringify(await all(sessions().items.list(id)))
  expect(items.split('Late.').length).toBe(2)
})
