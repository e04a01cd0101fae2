import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWorkspaces } from '../../src/app/workspaces.ts'
import { configFrom, secretsOf } from '../../src/config/config.ts'
import { scriptedCodex } from '../support/scripted-codex/scripted-codex.ts'

const creds = '-----BEGIN NATS USER JWT-----\neyJ\n------END NATS USER JWT------\n'

describe('the broker of the settings', () => {
  let folder: string
  let file: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nats-settings-'))
    file = join(folder, 'user.creds')
    await writeFile(file, creds, { mode: 0o600 })
  })
  afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))

  it.each([
    ['nats://127.0.0.1:4222'],
    ['nats://localhost'],
    ['nats://[::1]:4222'],
    ['tls://front:pw@nats.example:4222'],
    ['tls://front:pw@one.example,tls://two.example']
  ])('may be %s', (url) => {
    expect(configFrom({ CODEX_NATS_URL: url }).CODEX_NATS_URL?.servers).toHaveLength(url.split(',').length)
  })

  it.each([
    ['nats://front:pw@10.0.0.7:4222', /must be tls:\/\/ off this machine; CODEX_NATS_PLAIN=1 allows/],
    ['nats://front:pw@127.0.0.1,nats://nats.example', /must be tls:\/\/ off this machine/],
    ['tls://nats.example', /must have a user and a password, or CODEX_NATS_CREDS be set/]
  ])('may not be %s', (url, problem) => {
    expect(() => configFrom({ CODEX_NATS_URL: url })).toThrow(problem)
  })

  it('may be without TLS where the operator says that nobody else can read the network, but never without credentials', () => {
    const plain = { CODEX_NATS_PLAIN: '1' }
    expect(configFrom({ ...plain, CODEX_NATS_URL: 'nats://front:pw@nats.example' }).CODEX_NATS_URL?.tls).toBe(false)
    expect(() => configFrom({ ...plain, CODEX_NATS_URL: 'nats://nats.example' })).toThrow(/must have a user and/)
  })

  it('has credentials that nobody else may read, and that no log and no command gets', async () => {
    const url = 'tls://nats.example'
    const config = configFrom({ CODEX_NATS_URL: 'tls://front:canary-password@nats.example' })
    expect(secretsOf(config)).toContain('canary-password')
    await chmod(file, 0o644)
    expect(() => configFrom({ CODEX_NATS_URL: url, CODEX_NATS_CREDS: file })).toThrow(
      /other users may read; run chmod 600/
    )
    await chmod(file, 0o600)
    await using codex = await scriptedCodex({})
    const workspace = join(folder, 'workspace')
    await mkdir(workspace)
    const env = {
      ...{ PATH: '/usr/bin:/bin', HOME: folder, CODEX_CLI_HOME: join(folder, 'home'), CODEX_WORKSPACE: workspace },
      ...{ CODEX_BIN: codex.path, CODEX_NATS_URL: url, CODEX_NATS_CREDS: file }
    }
    await using opened = await openWorkspaces(configFrom(env), env)
    expect([...opened.workspaces.default.secrets.files]).toContain(file)
  })
})
