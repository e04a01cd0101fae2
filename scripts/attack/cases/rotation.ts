import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { outputOf } from '../ask.ts'
import { holds } from '../case.ts'
import type { Attack, Finding } from '../case.ts'
import { replaceFile } from '../files.ts'
import { login } from '../gateway.ts'
import type { AttackedGateway } from '../gateway.ts'
import { reloaded } from '../reloaded.ts'

const secrets = {
  'run/tokens': (version: string) => `sk-planted-token-${version}\n`,
  'run/.env': (version: string) => `# planted-setting-${version}\n`,
  'home/.codex/auth.json': (version: string) => JSON.stringify({ OPENAI_API_KEY: `${login}-${version}` })
}
const names = Object.keys(secrets) as (keyof typeof secrets)[]
const planted = /planted-token|planted-setting|attack-login-secret/

export const attack: Attack = {
  title: 'files with secrets are replaced while app-server runs, and while a command runs',
  long: true,
  everywhere: true,
  async run(start) {
    const prepare = (folder: string) => {
      for (const name of names) writeFileSync(join(folder, name), secrets[name]('old'), { mode: 0o600 })
    }
    const findings: Finding[] = []
    for (const engine of ['app-server', 'exec']) {
      const gateway = await start({ prepare, env: { CODEX_GATEWAY_TOKEN_FILE: 'tokens', CODEX_ENGINE: engine } })
      const model = `${engine} read-only`
      const files = names.map((name) => join(gateway.folder, name)).join(' ')
      const reads = `cat ${files}; echo end`
      findings.push(judged(`${engine}: as they were at the start`, await outputOf(gateway, model, reads)))
      for (const name of names) replaceFile(gateway, name, secrets[name]('new'))
      await reloaded(gateway)
      findings.push(judged(`${engine}: replaced before the turn`, await outputOf(gateway, model, reads)))
      const loop = `for i in $(seq 30); do cat ${files}; sleep .05; done; echo end`
      const [output] = await Promise.all([outputOf(gateway, model, loop), replaceRepeatedly(gateway)])
      findings.push(judged(`${engine}: replaced during the turn`, output))
    }
    return findings
  }
}

async function replaceRepeatedly(gateway: AttackedGateway): Promise<void> {
  for (let version = 0; version < 20; version++) {
    await sleep(100)
    for (const name of names) replaceFile(gateway, name, secrets[name](String(version)))
  }
}

function judged(what: string, output: string): Finding {
  const found = planted.exec(output)?.[0]
  if (!output.includes('end'))
    return holds(`${what}: no command reads one`, false, `the command did not run: ${output.slice(0, 200)}`)
  return holds(`${what}: no command reads one`, found === undefined, found ?? 'none read')
}
