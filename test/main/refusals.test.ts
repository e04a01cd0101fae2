import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen } from '../http/start-server.ts'
import { commandFolder } from '../support/command.ts'
import type { CommandFolder } from '../support/command.ts'

let folder: CommandFolder
beforeAll(async () => {
  folder = await commandFolder()
}, 60_000)
afterAll(() => folder[Symbol.asyncDispose]())

describe('codex-gateway does not start', () => {
  it('with wrong settings, each of which it names', async () => {
    const { exitCode, stderr } = await folder.run(['serve', '0.0.0.0'], {
      CODEX_GATEWAY_PORT: 'http',
      CODEX_SANDBOX: 'none'
    })
    expect(exitCode).toBe(78)
    expect(stderr.split('\n').map((line) => line.trim().split(' ')[0])).toEqual([
      'codex-gateway:',
      'CODEX_GATEWAY_PORT',
      'CODEX_SANDBOX',
      'CODEX_GATEWAY_TOKEN'
    ])
  })

  it('where commands could replace its settings or its programs', async () => {
    const { exitCode, stderr } = await folder.run(['serve', '127.0.0.1', '0'], { CODEX_SANDBOX: 'workspace-write' })
    expect(exitCode).toBe(78)
    expect(stderr).toMatch(/CODEX_WORKSPACE or CODEX_ADD_DIRS is too wide: .* holds the gateway’s home: /)
  })

  it('where commands could read its token while it is replaced', async () => {
    const tokens = join(folder.path, 'tokens')
    await writeFile(tokens, 'secret-token', { mode: 0o600 })
    const { exitCode, stderr } = await folder.run(['serve', '127.0.0.1', '0'], { CODEX_GATEWAY_TOKEN_FILE: tokens })
    expect(exitCode).toBe(78)
    expect(stderr).toContain(`commands could read ${tokens} while it is replaced: `)
    expect(stderr).toContain(`Move ${tokens} to a folder of its own.`)
  })

  it('on a port that is taken, and says so in one line', async () => {
    await using other = await listen(createServer())
    const { exitCode, stdout, stderr } = await folder.run(['serve', '127.0.0.1', String(other.port)])
    expect(exitCode).toBe(1)
    expect(stderr).toBe(
      `codex-gateway: Cannot listen on 127.0.0.1 port ${other.port}: another program is using it. Stop that program, or set CODEX_GATEWAY_PORT to another port (0 picks a free one).`
    )
    expect(stdout).toBe('')
  })

  it('without a codex, and says so in one line', async () => {
    const { exitCode, stderr } = await folder.run(['serve'], { CODEX_BIN: '/nowhere/codex' })
    expect(exitCode).toBe(1)
    expect(stderr).toBe('codex-gateway: CODEX_BIN names /nowhere/codex, which is not an executable file.')
  })

  it('for a command line that it does not understand', async () => {
    const { exitCode, stdout, stderr } = await folder.run(['serve', '--prot', '1'])
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: "codex-gateway: Unknown option '--prot'. See codex-gateway --help"
    })
  })
})

describe('codex-gateway', () => {
  it('makes tokens that are long, random and safe in every shell', async () => {
    const [one, other] = await Promise.all([folder.run(['token']), folder.run(['token'])])
    expect(one.stdout).toMatch(/^cgw_[\w-]{32}$/)
    expect(one.stdout).not.toBe(other.stdout)
  })

  it('prints the variables for its clients', async () => {
    const { exitCode, stdout } = await folder.run(['env', '0.0.0.0', '1234'], { CODEX_GATEWAY_TOKEN: 'a,b' })
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: 'export OPENAI_BASE_URL=http://127.0.0.1:1234/v1\nexport OPENAI_API_KEY=a'
    })
  })
})
