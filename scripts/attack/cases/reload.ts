import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ask } from '../ask.ts'
import { holds } from '../case.ts'
import type { Attack } from '../case.ts'
import { token } from '../gateway.ts'
import { reloaded } from '../reloaded.ts'

const changes: [what: string, change: (settings: string, tokens: string) => void][] = [
  ['.env is emptied', (settings) => writeFileSync(settings, '')],
  ['the line is deleted', (settings) => writeFileSync(settings, 'CODEX_MODEL=gpt-5.5\n')],
  ['the value is deleted', (settings) => writeFileSync(settings, 'CODEX_GATEWAY_TOKEN=\n')],
  ['.env is removed', (settings) => rmSync(settings)],
  [
    'the token file is emptied',
    (settings, tokens) => {
      writeFileSync(settings, `CODEX_GATEWAY_TOKEN_FILE=${tokens}\n`)
      writeFileSync(tokens, '')
      chmodSync(tokens, 0o600)
    }
  ]
]

export const attack: Attack = {
  title: 'the tokens disappear from the settings, and SIGHUP reloads them',
  long: true,
  async run(start) {
    const gateway = await start({
      env: { CODEX_GATEWAY_TOKEN: undefined },
      prepare: (folder) => writeFileSync(join(folder, 'run/.env'), `CODEX_GATEWAY_TOKEN=${token}\n`)
    })
    const findings = []
    for (const [what, change] of changes) {
      change(join(gateway.folder, 'run/.env'), join(gateway.folder, 'run/tokens'))
      await reloaded(gateway)
      const [without, right] = [await ask(gateway, '/v1/models', { as: undefined }), await ask(gateway, '/v1/models')]
      findings.push(
        holds(
          `${what}: a token is needed, and the old one is valid`,
          without.status === 401 && right.status === 200,
          `${without.status} without, ${right.status} with`
        )
      )
    }
    return findings
  }
}
