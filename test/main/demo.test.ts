import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandFolder } from '../support/command.ts'
import { processesLeftWith } from '../support/processes.ts'
import { startServe } from '../support/serve.ts'

describe('codex-gateway serve --demo', () => {
  it('answers by itself, with the real codex, which looks into the workspace in its sandbox', async () => {
    await using folder = await commandFolder()
    const workspace = join(folder.path, 'workspace')
    await mkdir(workspace)
    await writeFile(join(workspace, 'seen.txt'), '')
    const unreachable = {
      HTTP_PROXY: 'http://127.0.0.1:9',
      HTTPS_PROXY: 'http://127.0.0.1:9',
      CODEX_API_KEY: 'sk-mine',
      CODEX_API_BASE_URL: 'http://127.0.0.1:9'
    }
    await using gateway = await startServe(folder, ['--demo'], {
      CODEX_GATEWAY_TOKEN: 'opens-it',
      CODEX_WORKSPACE: workspace,
      ...unreachable
    })
    const asked = fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer opens-it' },
      body: JSON.stringify({ messages: [{ role: 'user', content: 'What is in this folder?' }] })
    })
    const ready = fetch(`${gateway.url}/readyz`, { headers: { authorization: 'Bearer opens-it' } })
    const { choices } = (await (await asked).json()) as { choices: [{ message: { content: string } }] }
    expect(choices[0].message.content).toMatch(
      /canned reply[^]*“What is in this folder\?”[^]*the workspace contains seen\.txt/
    )
    expect((await ready).status).toBe(200)
    gateway.child.kill('SIGTERM')
    const { exitCode, stderr } = await gateway.child
    expect(stderr).toContain('the built-in demo model answers')
    expect(exitCode).toBe(0)
    expect(await processesLeftWith(folder.path)).toEqual([])
    expect(
      (await readdir(join(folder.path, '.codex-gateway/demo/.codex'))).filter((name) => name.endsWith('.toml'))
    ).toEqual(['config.toml'])
  }, 60_000)
})
