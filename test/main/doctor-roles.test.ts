import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { passwords, startDeployedNats } from '../broker/deployed.ts'
import { commandFolder } from '../support/command.ts'
import type { CommandFolder } from '../support/command.ts'
import { needing } from '../support/left-out.ts'
import { startWorker } from '../support/machines.ts'
import { natsServer, startNats } from '../support/nats.ts'
import type { Nats } from '../support/nats.ts'
import { scriptedEngine } from '../support/scripted-engine.ts'

needing('nats-server', natsServer !== undefined, () => {
  describe('codex-gateway doctor, on several machines', () => {
    let nats: Nats
    let folder: CommandFolder
    const urlAs = (user: string, password: string) => nats.url.replace('//', `//${user}:${password}@`)
    const doctor = (env: Record<string, string>, ...args: string[]) => folder.run(['doctor', ...args], env)

    beforeAll(async () => {
      nats = await startDeployedNats()
      folder = await commandFolder()
    }, 60_000)
    afterAll(async () => {
      await folder[Symbol.asyncDispose]()
      await nats[Symbol.asyncDispose]()
    })

    it('checks the broker at a front end, and neither codex nor login', async () => {
      const [first, second] = await Promise.all([
        doctor({
          ...{ CODEX_NATS_URL: urlAs('front', passwords.f), CODEX_GATEWAY_TOKEN: 't', CODEX_BIN: '/nowhere' },
          CODEX_WINDOW_SHARE: 'fair'
        }),
        doctor({ CODEX_NATS_URL: urlAs('worker', passwords.w), CODEX_GATEWAY_TOKEN: 't' })
      ])
      expect(first.stdout).toMatch(/^! a front end does not use CODEX_BIN$/m)
      expect(first.stdout).toMatch(/^✓ the broker answers: NATS 2\.\d+\.\d+ at nats:\/\/127\.0\.0\.1:\d+$/m)
      expect(first.stdout).toMatch(/^✓ JetStream is on$/m)
      expect(first.stdout).toMatch(/^✓ the connection is not encrypted, and does not leave this machine$/m)
      expect(first.stdout).toMatch(/^✓ these credentials are a front end’s: /m)
      expect(first.stdout).toMatch(/^✗ no worker is there\n {4}Start `codex-gateway worker`\.$/m)
      expect(first.stdout).toMatch(/^! shares of the account’s windows count at each front end for itself: /m)
      expect(first.stdout).toMatch(/^✓ what is stored is in /m)
      expect(first.stdout).not.toMatch(/codex 0|login|sandbox|isolation|password/)
      expect(first.exitCode).toBe(1)
      expect(second.stdout).toMatch(/^✗ the broker refuses what a front end does: publish cg\.v1\.w\.doctor_/m)
    }, 60_000)

    it('says which workers take turns, and whose settings differ', async () => {
      await using open = await startNats()
      const engine = { ...scriptedEngine(() => []), name: 'exec' }
      const more = { name: 'w1', codex: '0.169.0' }
      await using _worker = await startWorker(open, 'cg', engine, more)
      const { stdout, exitCode } = await doctor({ CODEX_NATS_URL: open.url, CODEX_GATEWAY_TOKEN: 't' })
      expect(stdout).toMatch(/^! the broker lets everybody do everything$/m)
      expect(stdout).toMatch(/^! workers with other settings than this front end: w1$/m)
      expect(exitCode).toBe(0)
    }, 60_000)

    it('checks the broker and codex at a worker', async () => {
      await writeFile(join(folder.path, '.env'), '', { mode: 0o600 })
      const { stdout } = await doctor({ CODEX_NATS_URL: urlAs('worker', passwords.w) }, '--worker', '--demo')
      expect(stdout).toMatch(/^✓ these credentials are a worker’s: /m)
      expect(stdout).toMatch(/^! no front end is there: /m)
      expect(stdout).toMatch(/^✓ codex 0\.169\.0, bundled with the gateway: /m)
      expect(stdout).toMatch(/^✓ model provider: the built-in demo model/m)
      expect(stdout).toMatch(/^✓ a turn on /m)
      expect(stdout).not.toMatch(/token/)
    }, 60_000)

    it('says what is wrong with the credentials and with the address', async () => {
      const [wrong, gone, off] = await Promise.all([
        doctor({ CODEX_NATS_URL: urlAs('front', 'secretwrong') }),
        doctor({ CODEX_NATS_URL: 'nats://127.0.0.1:1' }, '--worker'),
        doctor({}, '--worker')
      ])
      expect(wrong.stdout).toMatch(/^✗ The broker \(CODEX_NATS_URL\) cannot be used: it refuses the user and password/m)
      expect(wrong.stdout + wrong.stderr).not.toContain('secretwrong')
      expect(wrong.exitCode).toBe(1)
      expect(gone.stdout).toMatch(/^✗ The broker .*Is a NATS server running there\?$/m)
      expect(off.exitCode).toBe(78)
      expect(off.stderr).toMatch(/CODEX_NATS_URL must be set/)
    }, 60_000)
  })

  it('a front end does not start at a broker without JetStream, nor a worker under the name of another', async () => {
    await using folder = await commandFolder()
    await using bare = await startNats({ jetStream: false })
    const env = { CODEX_NATS_URL: bare.url, CODEX_GATEWAY_TOKEN: 't', CODEX_WORKER_NAME: 'ada' }
    const first = folder.run(['worker', '--demo'], env)
    const isTakingTurns = new Promise((resolve) =>
      first.stdout.on('data', (data) => void (String(data).includes('taking turns') && resolve(true)))
    )
    const front = await folder.run(['serve', '127.0.0.1', '0'], env)
    expect(front.stderr).toBe(
      'codex-gateway: The broker (CODEX_NATS_URL) cannot be used: JetStream is off. Start nats-server with -js, or with a jetstream block in its file.'
    )
    expect(await isTakingTurns).toBe(true)
    const second = await folder.run(['worker', '--demo'], env)
    expect(second.stderr).toMatch(/^codex-gateway: There is a worker called ada already\. Set CODEX_WORKER_NAME/m)
    first.kill('SIGTERM')
    const { stdout, stderr, exitCode } = await first
    expect(stdout).not.toContain('same name')
    expect(stderr).toMatch(/^Codex Gateway worker ada takes turns of nats:/m)
    expect([stderr.includes('token'), exitCode]).toEqual([false, 0])
  }, 60_000)
})
