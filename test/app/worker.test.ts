import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openWorker } from '../../src/app/worker.ts'
import { configFrom } from '../../src/config/config.ts'
import { needing } from '../support/left-out.ts'
import { startFrontEnd } from '../support/machines.ts'
import { natsServer, startNats } from '../support/nats.ts'
import type { Nats } from '../support/nats.ts'
import { scriptedCodex } from '../support/scripted-codex/scripted-codex.ts'

needing('nats-server', natsServer !== undefined, () => {
  let nats: Nats
  let home: string
  beforeAll(async () => {
    nats = await startNats()
    home = await mkdtemp(join(tmpdir(), 'worker-'))
  })
  afterAll(async () => {
    await nats[Symbol.asyncDispose]()
    await rm(home, { recursive: true, force: true, maxRetries: 5 })
  })

  it.each([
    ['without a login', '0.169.0', {}, /^codex is not logged in\./],
    ['with another codex', '0.99.1', { CODEX_API_KEY: 'key' }, /^its codex is 0\.99\.1, and .* tested 0\.169\.0;/]
  ])('a worker %s gets no turns, and the front end can say why', async (_, version, settings, problem) => {
    const name = nats.newName()
    await using codex = await scriptedCodex({ version, answers: { 'login status': [{ exit: 1 }] } })
    const folder = join(home, name)
    await mkdir(join(folder, 'workspace'), { recursive: true })
    const env = {
      ...{ PATH: '/usr/bin:/bin', HOME: folder, CODEX_CLI_HOME: join(folder, 'home'), CODEX_BIN: codex.path },
      ...{ CODEX_WORKSPACE: join(folder, 'workspace'), CODEX_NATS_URL: nats.url, CODEX_NATS_NAME: name, ...settings }
    }
    await using front = await startFrontEnd(nats, name, { patience: 500 })
    await using worker = await openWorker(configFrom(env), env)
    await expect
      .poll(() => front.frontEnd.roster.present())
      .toMatchObject([{ ready: false, problem: expect.stringMatching(problem) as unknown, workspaces: ['default'] }])
    expect(front.frontEnd.roster.usable()).toEqual([])
    expect((await worker.readiness()).filter(({ ok }) => !ok)).toHaveLength(1)
    const ends = []
    for await (const event of front.engine.run({ input: [{ type: 'text', text: 'x' }] }, new AbortController().signal))
      ends.push(event)
    expect(ends.at(-1)).toMatchObject({ type: 'turn.failed', error: { code: 'overloaded' } })
    expect(codex.runs()).toEqual([])
  })
})
