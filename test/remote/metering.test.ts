import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { listTurns } from '../../src/ledger/listed-turns.ts'
import { answer } from '../support/upstream/answer.ts'
import { message } from '../support/upstream/items.ts'
import { gate, heldAfter } from '../support/upstream/script.ts'
import type { UpstreamRequest } from '../support/upstream/request.ts'
import { calls, runs, toolCall } from '../support/upstream/tool-calls.ts'
import { connectRaw, joinRaw } from './raw-client.ts'
import type { RawClient } from './raw-client.ts'
import { startRemote } from './start-remote.ts'
import type { RemoteGateway } from './start-remote.ts'

const input = (text: string) => [{ type: 'text', text, text_elements: [] }]
const spends = (input: number, output: number) =>
  answer([message(['Done.'])], { input, output, cached: 0, reasoning: 0 })

describe('turns of remote clients', () => {
  let remote: RemoteGateway
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'limits-'))
    const rule = '[[rules]]\nsubject = "principal:poor"\nlimit = "1000 tokens a day"\n'
    await writeFile(join(folder, 'limits.toml'), `${rule}${rule.replace('poor', 'stopped')}`)
    const names = ['rich', 'poor', 'stopped', 'busy', 'rest', 'gone']
    await writeFile(join(folder, 'tokens'), names.map((name) => `${name} t-${name}\n`).join(''), { mode: 0o600 })
    remote = await startRemote({
      CODEX_LIMITS_FILE: join(folder, 'limits.toml'),
      CODEX_GATEWAY_TOKEN_FILE: join(folder, 'tokens'),
      CODEX_TOKEN_MAX_CONCURRENCY: '1'
    })
  }, 60_000)
  afterAll(async () => {
    await remote[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })
  beforeEach(() => remote.upstream.answerAll(spends(100, 20)))

  const turnsOf = (principal: string) =>
    listTurns(remote.gateway.codex.ledger!, { principal }, { limit: 100 }).toReversed()
  const start = async (client: RawClient, params: object = {}) =>
    ((await client.request('thread/start', params))['thread'] as { id: string }).id
  const said = (client: RawClient, method: string) => client.said.filter((one) => one.method === method)
  const turn = async (client: RawClient, threadId: string, more: object = {}) => {
    const before = said(client, 'turn/completed').length
    await client.request('turn/start', { threadId, input: input('Go.'), ...more })
    await expect.poll(() => said(client, 'turn/completed').length).toBe(before + 1)
  }

  const submit = (principal: string) =>
    fetch(`${remote.api.replace('/v1', '')}/api/turns`, {
      method: 'POST',
      headers: { authorization: `Bearer t-${principal}`, 'content-type': 'application/json' },
      body: JSON.stringify({ workspaceId: 'default', params: { input: input('Go.') } })
    })

  it('are in the ledger with what each answer of the model took, reviews and compactions too', async () => {
    await using client = await joinRaw(remote.url, 't-rich')
    const threadId = await start(client)
    remote.upstream.answerNext(runs('true', spends(200, 7)))
    await turn(client, threadId)
    await turn(client, await start(client, { ephemeral: true }))
    await client.request('review/start', { threadId, target: { type: 'custom', instructions: 'Look.' } })
    await expect.poll(() => said(client, 'turn/completed').length).toBe(3)
    await client.request('thread/compact/start', { threadId })
    await expect.poll(() => said(client, 'turn/completed').length).toBe(4)
    const turns = turnsOf('rich')
    expect(turns.map(({ end, thread }) => [end, thread === threadId])).toEqual([
      ['completed', true],
      ['completed', false],
      ['completed', true],
      ['failed', true]
    ])
    const spent = turns.map(({ responses, input, output }) => [responses, input, output])
    expect(spent).toEqual([
      [2, 200, 40],
      [1, 100, 20],
      [1, 100, 20],
      [1, 100, 20]
    ])
    expect(turns[0]).toMatchObject({ workspace: 'default', model: 'gpt-5.5', unknown: 0 })
    expect(client.said.some(({ method }) => method?.startsWith('rawResponse'))).toBe(false)
  })

  it('do not begin over a limit: the client is told why, and a compaction fails', async () => {
    await using client = await joinRaw(remote.url, 't-poor')
    const threadId = await start(client)
    remote.upstream.answerNext(spends(990, 20))
    await turn(client, threadId)
    const { count } = remote.upstream
    const why = expect.stringContaining('GET /v1/usage tells what is left') as string
    expect(await client.ask('turn/start', { threadId, input: input('More.') })).toMatchObject({
      error: { message: why }
    })
    const target = { type: 'custom', instructions: 'Look.' }
    expect(await client.ask('review/start', { threadId, target })).toMatchObject({ error: { message: why } })
    await client.request('thread/compact/start', { threadId })
    const isFailed = ({ method, params }: { method?: string; params?: Record<string, unknown> }) =>
      method === 'turn/completed' && JSON.stringify(params).includes('"failed"')
    expect(await client.heard(isFailed)).toMatchObject({ params: { turn: { error: { message: why } } } })
    const response = await submit('poor')
    expect([response.status, await response.text()]).toEqual([429, expect.stringContaining('usage_limit_exceeded')])
    expect(remote.upstream.count).toBe(count)
    expect(turnsOf('poor')).toHaveLength(1)
  })

  it('are stopped before the request to the model that would pass a limit, with a warning', async () => {
    await using client = await joinRaw(remote.url, 't-stopped')
    const threadId = await start(client)
    remote.upstream.answerNext(spends(1, 1)) // what is expected of the next one is little
    await turn(client, threadId)
    const command = (request: UpstreamRequest) =>
      answer([toolCall(request, 'exec_command', { cmd: 'true' })], { input: 600, output: 20, cached: 0, reasoning: 0 })
    remote.upstream.answerAll(command)
    await turn(client, threadId)
    const warned = await client.heard(({ method }) => method === 'warning')
    expect(warned.params?.['message']).toContain('Your limit is used up: 1,000 tokens a day')
    expect(turnsOf('stopped').at(-1)).toMatchObject({ end: 'failed', cause: 'usage_limit_exceeded', responses: 2 })
  })

  it('wait for a slot of their owner, whichever connection they come from, and give it back while a question is open', async () => {
    await using client = await joinRaw(remote.url, 't-busy')
    await using other = await joinRaw(remote.url, 't-busy')
    const [threadId, second] = [await start(client), await start(other)]
    const { opened, open } = gate()
    remote.upstream.answerNext(heldAfter('response.created', spends(100, 20), opened))
    await client.request('turn/start', { threadId, input: input('Long.') })
    const { count } = remote.upstream
    const waiting = other.ask('turn/start', { threadId: second, input: input('Wait.') })
    await other.request('thread/loaded/list', {}) // what came before it has been read
    const rest = submit('busy')
    expect(said(other, 'turn/started')).toHaveLength(0)
    open()
    expect(await waiting).toHaveProperty('result')
    await other.heard(({ method }) => method === 'turn/completed')
    expect((await rest).status).toBe(200)
    expect(remote.upstream.count).toBeGreaterThan(count)

    const asks = { cmd: 'true', sandbox_permissions: 'require_escalated', justification: 'To see.' }
    remote.upstream.answerNext(calls({ exec_command: asks }, spends(100, 20)))
    await client.request('turn/start', { threadId, input: input('Ask.') })
    const asked = await client.heard(({ method }) => method === 'item/commandExecution/requestApproval')
    await turn(other, second)
    client.send({ id: asked.id, result: { decision: 'decline' } })
    await expect.poll(() => turnsOf('busy').filter(({ end }) => end === undefined)).toEqual([])
  })

  it('are counted when their client has left, opts out, or begins them by a queue', async () => {
    const { opened, open } = gate()
    const client = await connectRaw(remote.url, 't-gone')
    const optOutNotificationMethods = [
      'turn/started',
      'turn/completed',
      'thread/tokenUsage/updated',
      'rawResponse/completed'
    ]
    const capabilities = { experimentalApi: true, optOutNotificationMethods }
    await client.request('initialize', { clientInfo: { name: 'raw', version: '1' }, capabilities })
    const threadId = await start(client, { ephemeral: true })
    const stored = await start(client)
    remote.upstream.answerNext(heldAfter('response.created', spends(300, 30), opened))
    await client.request('turn/start', { threadId, input: input('Go.') })
    expect(await client.ask('thread/unsubscribe', { threadId })).toMatchObject({
      error: { message: expect.stringContaining('at work') as string }
    })
    await client[Symbol.asyncDispose]()
    open()
    await expect.poll(() => turnsOf('gone').map(({ end, input }) => [end, input])).toEqual([['completed', 300]])
    expect(client.said.some(({ method }) => optOutNotificationMethods.includes(method ?? ''))).toBe(false)

    await using again = await joinRaw(remote.url, 't-gone')
    await again.request('turn/start', { threadId: stored, input: input('Nobody hears this.') })
    await expect.poll(() => turnsOf('gone').at(-1)).toMatchObject({ end: 'completed', input: 100 })
    await again.request('thread/resume', { threadId: stored })
    const queued = { threadId: stored, clientUserMessageId: 'one', input: input('Next.') }
    await again.request('thread/queue/add', queued)
    await expect.poll(() => turnsOf('gone').filter(({ end }) => end === 'completed').length).toBe(3)
    expect(turnsOf('gone').map(({ input }) => input)).toEqual([300, 100, 100])
  })
})
