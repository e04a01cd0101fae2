import { join } from 'node:path'
import { expect, it } from 'vitest'
import { agentsApi } from '../../../src/api/agents/api.ts'
import type { AutomationsDependencies } from '../../../src/api/agents/dependencies.ts'
import { newId } from '../../../src/agents/ids.ts'
import { Connection } from '../../../src/store/connection.ts'
import { all, owner, stranger, untilNothingRuns } from './start-agents.ts'
import { agent, hosted, inline, runIn, sharedEnvironments } from './start-environments.ts'

const rig = sharedEnvironments({})
/** All that the API has, also what is yet to come. */
const { operations } = agentsApi({} as AutomationsDependencies)

async function ask(token: string, method: string, path: string, body?: object) {
  const headers = { authorization: `Bearer ${token}`, 'openai-beta': 'agents=v1', 'content-type': 'application/json' }
  const response = await fetch(rig().url() + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  const isJson = response.headers.get('content-type')?.startsWith('application/json')
  const answered = isJson ? ((await response.json()) as { data?: unknown[] }) : undefined
  await response.body?.cancel().catch(() => {}) // it was read, or is the stream of events
  return { status: response.status, body: answered }
}

/** One thing of each kind, the owner's, by what stands before its id in a path or by the name of the id. */
async function things() {
  const agents = rig().agents()
  const { session, result } = await runIn(rig(), ['echo 1 > outputs/one'])
  const [artifact] = await all(agents.sessions.artifacts.list(session))
  const { environment } = await agents.sessions.retrieve(session)
  const file = await rig()
    .client()
    .files.create({ file: new File(['text'], 'text'), purpose: 'user_data' })
  const template = await agents.environments.templates.create({ files: [inline('/workspace/a', 'x')] })
  const free = await agents.environments.create({ environment: hosted })
  const target = { type: 'existing_session' as const, session_id: session, instructions: 'Go on.' }
  const schedule = { type: 'periodic' as const, expression: '0 0 29 2 *', timezone: 'UTC', name: 'x' }
  const automation = await agents.automations.create({ ...schedule, target })
  const invocation = await agents.automations.invocations.create(automation.id)
  const turns = async () => (await all(agents.sessions.turns.list(session))).map(({ status }) => status)
  const delivery = { automation_id: automation.id }
  const delivered = async () => (await agents.automations.invocations.retrieve(invocation.id, delivery)).status
  await expect.poll(delivered, { timeout: 20_000 }).toBe('completed')
  await expect.poll(turns, { timeout: 20_000 }).toEqual(['completed', 'completed'])
  await untilNothingRuns(rig())
  const turn = await agents.sessions.turns.retrieve(result.turn.id, { session_id: session })
  return {
    '/agents/': (await agents.create(agent)).id,
    '/agents/sessions/': session,
    '/agents/environments/': (environment as { id: string }).id,
    '/agents/environments/templates/': template.id,
    '/agents/automations/': automation.id,
    ...subagentOf(session, turn),
    artifactId: artifact!.id,
    invocationId: invocation.id,
    file: file.id,
    free: free.id
  }
}
type Things = Awaited<ReturnType<typeof things>>

/** A subagent with a turn, which is stored as if the session had had it; the session's own turn stands for it where no subagent is named. */
function subagentOf(session: string, turn: { id: string }) {
  const [subagentId, itsTurn] = [newId('subag'), newId('turn')]
  const store = new Connection(join(rig().home, 'gateway', 'store.db'))
  const add = (kind: string, scope: string, id: string) =>
    store.run(
      'INSERT INTO session_records VALUES (?, ?, ?, ?, ?, 1000000, ?, 1)',
      ...[session, kind, scope, id, id, JSON.stringify({ ...turn, id })]
    )
  add('subagent', '', subagentId)
  add('turn', subagentId, itsTurn)
  store.close()
  return { subagentId, turnId: turn.id, itsTurn }
}

/** A path with these ids. */
const filled = (path: string, ids: Things, first?: string) =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string, at: number) => {
    if (name === 'id' && first) return first
    const key =
      name === 'id' ? path.slice(0, at) : name === 'turnId' && path.includes('{subagentId}') ? 'itsTurn' : name
    const id = (ids as Record<string, string>)[key]
    if (id === undefined) throw new Error(`There is nothing here whose id could stand in ${path}.`)
    return id
  })

/** Requests that name what is the owner's, by the operation that makes something. */
const naming = (ids: Things): Record<string, object[]> => {
  const input = 'Begin.'
  const none = { type: 'none' }
  const files = [{ type: 'file_id', file_id: ids.file, path: '/workspace/a' }]
  const template = { ...hosted, environment_template_id: ids['/agents/environments/templates/'] }
  const environments = [template, { ...hosted, files }]
  const taken = { ...hosted, environment_id: ids.free }
  const once = { type: 'once', run_at: 4_000_000_000, name: 'x' }
  const messages = [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: input }] }]
  return {
    '/agents': [],
    '/agents/sessions': [
      { environment: none, agent_id: ids['/agents/'], input },
      ...[taken, ...environments].map((environment) => ({ environment, agent, input }))
    ],
    '/agents/environments': environments.map((environment) => ({ environment })),
    '/agents/environments/templates': [{ files }],
    '/agents/automations': [
      { type: 'existing_session', session_id: ids['/agents/sessions/'], instructions: input },
      { type: 'new_session', environment: none, agent_id: ids['/agents/'], input: messages },
      ...environments.map((environment) => ({ type: 'new_session', environment, agent, input: messages }))
    ].map((target) => ({ ...once, target }))
  }
}

it(
  'every operation answers another owner as if nothing was there, and changes nothing',
  { timeout: 60_000 },
  async () => {
    const ids = await things()
    const reads = operations.filter(({ method, path }) => method === 'get' && !path.startsWith('/vaults'))
    const seen = () => Promise.all(reads.map(({ path }) => ask(owner, 'GET', filled(path, ids))))
    const before = await seen()
    expect(before.map(({ status }) => status)).toEqual(reads.map(() => 200))
    const bodies = naming(ids)
    const wrong: unknown[] = []
    const expected = async (status: number, method: string, path: string, body?: object) => {
      const answered = await ask(stranger, method.toUpperCase(), path, body)
      const isRight = answered.status === status && (status !== 200 || answered.body?.data?.length === 0)
      if (!isRight) wrong.push([method, path, body, answered])
    }
    for (const { method, path } of operations) {
      const body = method === 'post' ? {} : undefined
      if (path.startsWith('/vaults')) await expected(400, method, path)
      else if (path.includes('{')) await expected(404, method, filled(path, ids), body)
      else if (method === 'get') {
        await expected(200, method, path)
        await expected(404, method, `${path}?after=${filled(`${path}/{id}`, ids)}`)
      } else for (const one of bodies[path] ?? [undefined]) await expected(404, method, path, one)
    }
    const { id: own } = await rig().client(stranger).beta.agents.sessions.create({ environment: hosted, agent })
    for (const { method, path } of operations)
      if (/^\/agents\/sessions\/\{id\}\/.*\{/.test(path)) await expected(404, method, filled(path, ids, own))
    expect(wrong).toEqual([])
    expect(await seen()).toEqual(before)
  }
)
