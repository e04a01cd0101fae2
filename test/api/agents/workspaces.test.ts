import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { says } from '../../support/upstream/answer.ts'
import { runs } from '../../support/upstream/tool-calls.ts'
import { startWorkspaces } from '../../workspaces/start-workspaces.ts'
import type { StartedWorkspaces } from '../../workspaces/start-workspaces.ts'

let root: string
let rig: StartedWorkspaces
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'environments-'))
  rig = await startWorkspaces({
    workspaces: ['ada', 'other'].map((id) => ({ id, folder: `folders/${id}` })),
    tokens: ['ada ada-token workspaces=ada', 'ada other-token workspaces=other', 'ada all-token'],
    settings: { CODEX_ENVIRONMENTS_DIR: root }
  })
})
afterAll(async () => {
  await rig[Symbol.asyncDispose]()
  await rm(root, { recursive: true, force: true })
})

interface Found {
  id: string
  status: string
  environment: { id: string }
  data: { id: string }[]
}
const ask = async (token: string, path: string, body?: object, headers = {}) => {
  const answered = await rig.ask(token, `/v1/agents${path}`, body, { 'openai-beta': 'agents=v1', ...headers })
  return { status: answered.status, body: answered.body as unknown as Found }
}
const never = { type: 'periodic', expression: '0 0 29 2 *', timezone: 'UTC', name: 'x' }

it('what belongs to one workspace is not there for a token of the same principal that is for another', async () => {
  const command = 'echo 1 > outputs/one'
  for (let left = 2; left > 0; left--) rig.upstream.answerNext(runs(command, says('Done.')))
  const environment = { type: 'openai_hosted' }
  const agent = { model: 'gpt-5.5' }
  const { body: session } = await ask('ada', '/sessions', { environment, agent, input: 'Begin.' })
  const status = async () => (await ask('ada', `/sessions/${session.id}`)).body.status
  await expect.poll(status, { timeout: 20_000 }).toBe('idle')
  const { body: artifacts } = await ask('ada', `/sessions/${session.id}/artifacts`)
  const target = { type: 'existing_session', session_id: session.id, instructions: 'Intrude.' }
  const { body: automation } = await ask('ada', '/automations', { ...never, target })
  const one = `/environments/${session.environment.id}`
  for (const [path, body] of [
    [`/sessions/${session.id}`],
    [`/sessions/${session.id}/artifacts`],
    [`/sessions/${session.id}/artifacts/${artifacts.data[0]!.id}`],
    [one],
    [`${one}/files`],
    [`${one}/files`, { type: 'inline', path: '/workspace/x', data: '' }],
    [`/automations/${automation.id}`],
    [`/automations/${automation.id}/invocations`, {}],
    ['/automations', { ...never, target }]
  ] as const) {
    expect([path, (await ask('other', path, body)).status]).toEqual([path, 404])
    expect((await ask('all', path, body)).status).toBeLessThan(300)
  }
  for (const path of ['/sessions', '/environments', '/automations']) {
    expect((await ask('other', path)).body.data).toEqual([])
    expect((await ask('all', path)).body.data.map(({ id }) => id)).not.toEqual([])
  }
})

it.each([
  ['/sessions', { agent: { model: 'gpt-5.5' }, environment: { type: 'none' }, input: 'Begin.' }],
  ['/environments', { environment: { type: 'openai_hosted' } }]
])('a repeated request finds nothing in a workspace that its token is not for: %s', async (path, body) => {
  const key = { 'idempotency-key': 'the-same' }
  const { body: made } = await ask('ada', path, body, key)
  expect(made.id).toMatch(/_/)
  expect((await ask('all', path, body, key)).body.id).toBe(made.id)
  const other = await ask('other', path, body, key)
  expect([other.status, other.body.id]).toEqual([404, undefined])
})
