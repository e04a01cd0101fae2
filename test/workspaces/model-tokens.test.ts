import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Means } from '../../src/codex/process/isolation.ts'
import { says } from '../support/upstream/answer.ts'
import { failures } from '../support/upstream/failure.ts'
import { processesWith } from '../support/processes.ts'
import { startWorkspaces } from './start-workspaces.ts'
import type { StartedWorkspaces } from './start-workspaces.ts'

/** The service of an operator: each token is another one. */
async function startService() {
  const asked: { url: string; secret: unknown; body: unknown }[] = []
  const service = { count: 0 }
  const answer = { status: 200, expires_in: 3_600 as number | undefined }
  const server = createServer((req, res) => void reply(req, res))
  const reply = async (req: IncomingMessage, res: ServerResponse) => {
    asked.push({ url: req.url!, secret: req.headers['x-codex-gateway-secret'], body: JSON.parse(await text(req)) })
    const token = `fetched-token-${++service.count}-of${req.url!.replace('/', '-')}`
    res.writeHead(answer.status, { location: 'http://127.0.0.1:9/' })
    res.end(JSON.stringify({ token, expires_in: answer.expires_in }))
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(service, {
    asked,
    answer,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server
  })
}

describe.each<Means>(['namespace', 'watchdog'])('tokens for the model provider, with %s', (means) => {
  let service: Awaited<ReturnType<typeof startService>>
  let started: StartedWorkspaces
  let conf: string
  beforeAll(async () => {
    service = await startService()
    conf = await mkdtemp(join(tmpdir(), 'model-tokens-'))
    await writeFile(join(conf, 'secret'), 'service-secret-1\n', { mode: 0o600 })
    started = await startWorkspaces({
      workspaces: [
        { id: 'ada', folder: 'folders/ada' },
        { id: 'bob', folder: 'folders/bob', model_token_url: `${service.url}/bob` },
        { id: 'eve', folder: 'folders/eve', model_token_url: `${service.url}/eve` },
        { id: 'other', folder: 'folders/other', model_token_url: `${service.url}/other` }
      ],
      tokens: ['ada ada-token'],
      means,
      settings: {
        CODEX_MODEL_TOKEN_URL: `${service.url}/all`,
        CODEX_MODEL_TOKEN_SECRET_FILE: join(conf, 'secret'),
        CODEX_MODEL_ALIASES: JSON.stringify({
          'on-exec': { engine: 'exec' },
          'on-app-server': { engine: 'app-server' }
        })
      }
    })
  })
  beforeEach(() => {
    service.asked.length = 0
    Object.assign(service.answer, { status: 200, expires_in: 3_600 })
  })
  afterAll(async () => {
    await started[Symbol.asyncDispose]()
    service.server.closeAllConnections()
    service.server.close()
    await rm(conf, { recursive: true })
  })
  const ask = (workspace: string, model = 'on-exec') =>
    started.ask('ada', '/v1/responses', { model, input: 'x' }, { 'x-codex-workspace': workspace })
  const sent = () => started.upstream.requests.at(-1)!.headers.authorization

  it('are fetched once for each workspace, and every codex sends them', async () => {
    for (const model of ['on-exec', 'on-app-server', 'on-exec']) {
      expect((await ask('ada', model)).status).toBe(200)
      expect(sent()).toBe('Bearer fetched-token-1-of-all')
    }
    await ask('bob')
    expect(sent()).toBe('Bearer fetched-token-2-of-bob')
    expect(service.asked).toEqual([
      { url: '/all', secret: 'service-secret-1', body: { workspace: 'ada' } },
      { url: '/bob', secret: 'service-secret-1', body: { workspace: 'bob' } }
    ])
  })

  it('are in no file but their own, no argument and no command’s sight', async () => {
    const { upstream } = started
    expect(sent()).toMatch(/^Bearer fetched-token-\d/)
    const places = [started.at('home'), started.at('folders'), conf].join(' ')
    const command = `env; cat ${conf}/secret; grep -rs fetched-token ${places} /proc/*/environ /proc/*/cmdline | grep -v grep; echo over`
    for (const model of ['on-exec', 'on-app-server']) {
      const output = await started.outputOf('ada', command, { model }, { 'x-codex-workspace': 'eve' })
      expect(output).toContain('over')
      expect(output).not.toMatch(/fetched-token-\d|service-secret/)
    }
    expect(processesWith('fetched-token-').filter((line) => !line.includes('grep'))).toEqual([])
    expect(JSON.stringify(upstream.requests.map(({ body }) => body))).not.toContain('fetched-token-1')
    const found = await promisify(execFile)('grep', ['-rl', 'fetched-token-', started.at()])
    expect(
      found.stdout
        .trim()
        .split('\n')
        .every((path) => path.endsWith('/.codex/model-token/token'))
    ).toBe(true)
  })

  if (means === 'watchdog') return // the rest is the same

  it.each(['on-exec', 'on-app-server'])('that are refused are replaced within the turn, %s', async (model) => {
    started.upstream.answerNext(says('Hi.'))
    await ask('ada', model)
    const before = sent()
    await writeFile(join(conf, 'secret'), 'service-secret-2\n')
    const count = started.upstream.count
    started.upstream.answerNext(failures.unauthorized, failures.unauthorized, says('Hi.'))
    expect((await ask('ada', model)).status).toBe(200)
    expect(sent()).not.toBe(before)
    expect(service.asked.at(-1)?.secret).toBe('service-secret-2') // it was rotated
    expect(started.upstream.count - count).toBeLessThanOrEqual(3)
  })

  it('are renewed at four fifths of their life', async () => {
    service.answer.expires_in = 1
    await ask('other')
    await expect.poll(() => service.asked.length).toBeGreaterThanOrEqual(3)
    service.answer.expires_in = 3_600
    await expect
      .poll(async () => (await ask('other'), sent()), { timeout: 15_000 })
      .toSatisfy((token) => token === `Bearer fetched-token-${service.count}-of-other`)
  })

  it('that cannot be had are a failure in a sentence, and fetched once they can', async () => {
    await started.reload([{ id: 'ada', folder: 'folders/ada', model: 'gpt-5.4' }]) // built again
    for (const status of [500, 307, 401]) {
      service.answer.status = status
      expect(await ask('ada')).toMatchObject({
        status: 503,
        body: { error: { message: 'The token for the model provider cannot be fetched now. Try again.' } }
      })
    }
    service.answer.status = 404 // none for this workspace: the key is used
    expect((await ask('ada')).status).toBe(200)
    expect(sent()).toBe('Bearer sk-the-provider')
  })
})
