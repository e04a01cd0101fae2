import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { holds } from '../case.ts'
import type { Attack } from '../case.ts'
import type { GatewayOptions } from '../gateway.ts'
import { program } from '../places.ts'

const checkout = dirname(dirname(program))

export const attack: Attack = {
  title: 'commands may write where programs or settings of the gateway lie',
  long: true,
  async run(start) {
    const ways: [what: string, options: GatewayOptions][] = [
      ['the workspace is the checkout', { env: { CODEX_WORKSPACE: checkout } }],
      ['a further folder holds the program', { env: { CODEX_ADD_DIRS: dirname(program) } }],
      [
        'a further folder is a link to it',
        {
          prepare: (folder) => symlinkSync(checkout, join(folder, 'link')),
          env: (folder) => ({ CODEX_ADD_DIRS: join(folder, 'link') })
        }
      ],
      ['a further folder holds Node.js', { env: { CODEX_ADD_DIRS: dirname(process.execPath) } }],
      [
        'the workspace is a folder of PATH',
        {
          prepare: (folder) => mkdirSync(join(folder, 'workspace/bin')),
          env: (folder) => ({ PATH: `${folder}/workspace/bin:/usr/bin:/bin` })
        }
      ],
      [
        'the workspace holds .env and the home',
        {
          prepare: (folder) => writeFileSync(join(folder, 'run/.env'), ''),
          env: (folder) => ({ CODEX_WORKSPACE: folder })
        }
      ]
    ]
    const findings = []
    for (const [what, { env, ...options }] of ways) {
      const settings = (folder: string) => ({
        CODEX_SANDBOX: 'workspace-write',
        ...(typeof env === 'function' ? env(folder) : env)
      })
      const error = await start({ ...options, env: settings }).then(
        () => 'it started',
        (error: unknown) => String(error)
      )
      const held = error.includes('(exit code 78)')
      findings.push(holds(`${what}: it does not start`, held, held ? 'exit code 78' : error.slice(0, 200)))
    }
    return findings
  }
}
