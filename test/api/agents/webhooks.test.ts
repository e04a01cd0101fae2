import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { needing } from '../../support/left-out.ts'
import { answer, says } from '../../support/upstream/answer.ts'
import { afterTools, toolCall } from '../../support/upstream/tool-calls.ts'
import { startReceiver } from '../../webhooks/receiver.ts'
import type { Receiver } from '../../webhooks/receiver.ts'
import { all, startAgents } from './start-agents.ts'
import type { AgentsRig } from './start-agents.ts'

let rig: AgentsRig
let receiver: Receiver
let root: string
let secret: string
const event_types = [
  ...['agent.session.created', 'agent.session.in_progress', 'agent.session.action_required', 'agent.session.idle'],
  ...['agent.session.failed', 'agent.environment.ready', 'agent.environment.failed']
] as 'agent.session.created'[]

beforeAll(async () => {
  receiver = await startReceiver()
  root = await mkdtemp(join(tmpdir(), 'environments-'))
  const hosts = `127.0.0.1:${receiver.port}`
  rig = await startAgents(says('Done.'), { CODEX_ENVIRONMENTS_DIR: root, CODEX_WEBHOOK_HOSTS: hosts })
  secret = (await rig.client().webhooks.create({ name: 'all', url: receiver.url, event_types })).signing_secret
})
afterAll(async () => {
  await rig[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
  await rm(root, { recursive: true })
})

const sessions = () => rig.agents().sessions
const hosted = { type: 'openai_hosted' as const }
const parameters = { type: 'object', properties: {} }
const add = { type: 'function' as const, name: 'add', description: 'Adds.', parameters }
const typesOf = (id: string) => receiver.received.flatMap(({ event }) => (event.data.id === id ? [event.type] : []))
const reported = (id: string, types: string[]) =>
  expect.poll(() => typesOf(id).toSorted(), { timeout: 30_000 }).toEqual(types.toSorted())
const setUpBy = (command: string) => ({ ...hosted, setup_commands: [{ command }] })

it('sessions are reported as they become, also to a receiver that was away, and traced', async () => {
  rig.upstream.answerNext(
    afterTools(
      (request) => answer([toolCall(request, 'add', {})]),
      () => says('Added.')
    )
  )
  receiver.answer((response) => response.writeHead(503).end())
  const agent = { model: 'gpt-5.5', tools: [add] }
  const { id } = await sessions().create({ environment: { type: 'none' }, agent, input: 'Add.' })
  await expect.poll(() => typesOf(id).length, { timeout: 20_000 }).toBeGreaterThan(0)
  const [away] = receiver.received
  receiver.answer((response) => response.end())
  await expect.poll(async () => (await sessions().retrieve(id)).status, { timeout: 20_000 }).toBe('requires_action')
  const [action] = (await sessions().retrieve(id)).required_actions as unknown as [{ call_id: string; turn_id: string }]
  const { call_id, turn_id } = action
  const type = 'agent.session.input.tool_result' as const
  await sessions().events.create(id, { events: [{ type, call_id, turn_id, success: true, output: '3' }] })
  const once = ['created', 'in_progress', 'action_required', 'in_progress', 'idle'].map((one) => `agent.session.${one}`)
  const ids = () => new Set(receiver.received.filter(({ event }) => event.data.id === id).map(({ event }) => event.id))
  await expect.poll(() => ids().size, { timeout: 30_000 }).toBe(once.length)
  const tries = () => receiver.received.filter(({ event }) => event.id === away?.event.id).length
  await expect.poll(tries, { timeout: 30_000 }).toBeGreaterThan(1)
  const waits = receiver.received.find(({ event }) => event.type === 'agent.session.action_required')
  expect(waits?.event.data).toEqual({ id, environment_type: 'none', required_action: { type: 'function_call' } })

  const [trace, ...others] = await all(sessions().traces.list(id))
  expect([trace?.session_id, others]).toEqual([id, []])
  const { resourceSpans } = trace!.otlp as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }
  const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans))
  expect(spans.map(({ name }) => name)).toEqual(['invoke_agent', 'execute_tool add'])
  expect(spans[1]).toMatchObject({ traceId: spans[0]?.traceId, parentSpanId: spans[0]?.spanId })
  expect(spans[0]?.attributes).toContainEqual({ key: 'gen_ai.usage.input_tokens', value: { intValue: '200' } })
})

interface Span {
  name: string
  traceId: string
  spanId: string
  parentSpanId?: string
  attributes: object[]
}

it('environments are reported when they are set up before a session takes them, and sessions that cannot go on', async () => {
  const { environments } = rig.agents()
  const [good, bad] = await Promise.all(
    ['true', 'exit 1'].map((command) => environments.create({ environment: setUpBy(command) }))
  )
  await reported(good!.id, ['agent.environment.ready'])
  await reported(bad!.id, ['agent.environment.failed'])
  const { id, environment } = await sessions().create({
    environment: setUpBy('exit 1'),
    agent: { model: 'gpt-5.5' },
    input: 'Begin.'
  })
  await reported(id, ['agent.session.created', 'agent.session.idle', 'agent.session.failed'])
  const [first] = receiver.received.filter(({ event }) => event.data.id === id)
  expect(first?.event.data).toMatchObject({
    environment_type: 'openai_hosted',
    environment_id: (environment as { id: string }).id
  })
})

it('all of them are verified by the newest client, and a forged one is not', async () => {
  const { webhooks } = rig.client()
  for (const { body, headers, event } of receiver.received) {
    expect(await webhooks.unwrap(body, headers, secret)).toEqual(event)
    await expect(webhooks.unwrap(`${body} `, headers, secret)).rejects.toThrow('does not match')
  }
  expect(new Set(receiver.received.map(({ event }) => event.type))).toEqual(new Set(event_types))
})

const python = resolve('test/clients/.python/bin/python')
const program = `
import json, sys, openai
sent = json.load(sys.stdin)
webhooks = openai.OpenAI(api_key="x").webhooks
print(json.dumps([webhooks.unwrap(one["body"], one["headers"], secret=sent["secret"]).type for one in sent["received"]]))
`

needing('Python 3 with the package openai (scripts/test.sh installs it)', existsSync(python), () => {
  it('and by the official Python client', { timeout: 60_000 }, async () => {
    const received = [...receiver.received]
    const input = JSON.stringify({ secret, received })
    const { all: output } = await execa(python, ['-c', program], { input, reject: false, all: true })
    expect(output).toBe(JSON.stringify(received.map(({ event }) => event.type)).replaceAll(',', ', '))
  })
})
