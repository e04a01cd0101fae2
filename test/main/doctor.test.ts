import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandFolder } from '../support/command.ts'
import { scriptedCodex } from '../support/scripted-codex/scripted-codex.ts'

describe('codex-gateway doctor', () => {
  it('finds nothing wrong with the bundled codex and the demo model, and times a turn step by step', async () => {
    await using folder = await commandFolder()
    await writeFile(join(folder.path, '.env'), 'CODEX_GATEWAY_TOKEN=t\n', { mode: 0o600 })
    const workspace = join(folder.path, 'workspace')
    await mkdir(workspace)
    const { exitCode, stdout } = await folder.run(['doctor', '--demo'], { CODEX_WORKSPACE: workspace })
    const isRoot = process.getuid?.() === 0
    const wrong = stdout.split('\n').filter((line) => !line.startsWith('✓') && line !== '')
    expect(wrong).toEqual(isRoot ? [expect.stringMatching(/^! the gateway runs as root/), expect.any(String)] : [])
    expect(stdout).toMatch(/^✓ codex 0\.169\.0, bundled with the gateway: /m)
    expect(stdout).toMatch(/^✓ sandbox read-only: a command ran in it and could not write outside$/m)
    expect(stdout).toMatch(/^✓ isolation namespace: /m)
    expect(stdout).toMatch(/^✓ a turn on \S+: thread \d+ ms · turn \d+ ms · first text \d+ ms · end \d+ ms$/m)
    expect(exitCode).toBe(0)
  }, 60_000)

  it('says what to do about each thing that is wrong, and ends with 1', async () => {
    await using folder = await commandFolder()
    const codexHome = join(folder.path, '.codex-gateway', '.codex')
    await mkdir(codexHome, { recursive: true })
    await chmod(codexHome, 0o755)
    await writeFile(join(codexHome, 'config.toml'), '[mcp_servers.weather]\ncommand = "false"\n')
    await using codex = await scriptedCodex({ version: '0.99.1' })
    const { exitCode, stdout } = await folder.run(['doctor'], { CODEX_BIN: codex.path })
    expect(stdout).toMatch(/^! no token is set.*\n {4}Set CODEX_GATEWAY_TOKEN in the environment or in \.env/m)
    expect(stdout).toMatch(/^! codex 0\.99\.1 is not the tested 0\.169\.0/m)
    expect(stdout).toMatch(/^! home .*other users can read it\n {4}chmod 700 /m)
    expect(stdout).toMatch(/^! MCP servers start with every request: weather$/m)
    expect(stdout).toMatch(/^✗ codex is not logged in\n {4}Run /m)
    expect(stdout).not.toContain('a turn on')
    expect(exitCode).toBe(1)
  })

  it('ends with 1 where a command could write the home, with all that codex is told there', async () => {
    await using folder = await commandFolder()
    const { exitCode, stdout } = await folder.run(['doctor'], { CODEX_SANDBOX: 'workspace-write' })
    expect(stdout).toMatch(
      /^✗ .* is writable for commands and holds the gateway’s home: .*\.codex-gateway.*\n {4}Set CODEX_WORKSPACE and/m
    )
    expect(stdout).toMatch(
      /^✗ sandbox workspace-write: a command could write to .*\n {4}Keep CODEX_CLI_HOME out of CODEX_WORKSPACE/m
    )
    expect(exitCode).toBe(1)
  })

  it('names the proxy that does not answer, without its password', async () => {
    await using folder = await commandFolder()
    const { exitCode, stdout } = await folder.run(['doctor'], {
      CODEX_API_BASE_URL: 'http://provider.example/v1',
      HTTP_PROXY: 'http://me:secret@127.0.0.1:9'
    })
    expect(stdout).toMatch(
      /^✗ codex would reach provider\.example through the proxy in HTTP_PROXY, which does not answer: 127\.0\.0\.1:9\n {4}Correct or unset HTTP_PROXY, or add provider\.example to NO_PROXY\.$/m
    )
    expect(stdout).not.toContain('secret')
    expect(exitCode).toBe(1)
  })

  it('ends with 1 where there is nothing to work in', async () => {
    await using folder = await commandFolder()
    const { exitCode, stdout } = await folder.run(['doctor'], { CODEX_WORKSPACE: '/nowhere' })
    expect(stdout).toMatch(/^✗ CODEX_WORKSPACE, or the file of workspaces, names \/nowhere, which is not a folder\.$/m)
    expect(exitCode).toBe(1)
  })
})
