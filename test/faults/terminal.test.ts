import { join } from 'node:path'
import { execa } from 'execa'
import { expect, it } from 'vitest'
import { token } from '../app/start-gateway.ts'
import { Changes } from '../support/changes.ts'
import { commandFolder } from '../support/command.ts'
import { begin, complete, says } from '../support/scripted-codex/exec-steps.ts'
import { scriptedCodex } from '../support/scripted-codex/scripted-codex.ts'
import { chat } from './watched-gateway.ts'
import { canaries } from './invariants.ts'

it('Ctrl-C in a terminal stops the gateway and not the turns: they may finish', async () => {
  await using codex = await scriptedCodex({ exec: [...begin, { gate: 'go' }, says('In time.'), complete] })
  await using folder = await commandFolder()
  const command = `exec '${process.execPath}' '${join(import.meta.dirname, '../../dist/main.js')}' serve 127.0.0.1 0`
  const env = {
    HOME: folder.path,
    PATH: '/usr/bin:/bin',
    TERM: 'dumb',
    CODEX_BIN: codex.path,
    CODEX_GATEWAY_TOKEN: token,
    CODEX_API_KEY: canaries.key
  }
  const terminal = execa('script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null'], {
    cwd: folder.path,
    env,
    extendEnv: false,
    reject: false
  })
  let shown = ''
  const changes = new Changes()
  terminal.stdout.on('data', (text) => ((shown += String(text)), changes.happened()))
  await changes.until(() => shown.includes('Try it:'))
  const answer = chat(/listening at (\S+)\/v1/.exec(shown)?.[1] ?? '')
  await codex.until((runs) => runs.length === 1)
  terminal.stdin.write('\x03')
  await changes.until(() => shown.includes('stopping'))
  codex.open('go')
  expect(await (await answer).json()).toMatchObject({ choices: [{ message: { content: 'In time.' } }] })
  expect((await terminal).exitCode).toBe(0)
  expect(codex.runs()[0]?.signals).toEqual([])
  expect(codex.alive()).toEqual([])
  for (const secret of [token, ...Object.values(canaries)])
    expect(shown.replace(`Bearer ${token}`, '')).not.toContain(secret) // a terminal is shown the whole line to try
})
