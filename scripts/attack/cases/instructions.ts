import { execFileSync, spawn } from 'node:child_process'
import { linkSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ask, chat } from '../ask.ts'
import { below, holds } from '../case.ts'
import type { Attack, Finding } from '../case.ts'
import { login } from '../gateway.ts'
import type { AttackedGateway } from '../gateway.ts'
import { growthDuring } from '../memory.ts'

/** What a command could run to replace the file between the gateway's look at it and its reading. */
const swapper = `
  const { renameSync, symlinkSync, writeFileSync } = require('node:fs')
  const [secret] = process.argv.slice(1)
  for (;;) {
    symlinkSync(secret, 'link'); renameSync('link', 'AGENTS.md')
    writeFileSync('file', 'Be brief.'); renameSync('file', 'AGENTS.md')
  }`

export const attack: Attack = {
  title: 'a command replaces AGENTS.md by what the gateway should not read',
  long: true,
  everywhere: true,
  async run(start, brief) {
    const prepare = (folder: string) =>
      writeFileSync(join(folder, 'home/.codex/auth.json'), JSON.stringify({ OPENAI_API_KEY: login }))
    const gateway = await start({ prepare })
    const secret = join(gateway.folder, 'home/.codex/auth.json')
    const file = join(gateway.folder, 'workspace/AGENTS.md')
    const making: [what: string, make: () => void][] = [
      ['a link to the login', () => symlinkSync(secret, file)],
      ['a hard link to the login', () => linkSync(secret, file)],
      ['a FIFO', () => void execFileSync('mkfifo', [file])]
    ]
    const findings: Finding[] = []
    for (const [what, make] of making) {
      rmSync(file, { force: true })
      make()
      findings.push(
        holds(`${what}: answered, and nothing of it is sent to the model`, (await leaks(gateway, brief ? 1 : 2)) === 0)
      )
    }
    return [...findings, await huge(gateway, file), await raced(gateway, file, secret, brief ? 4 : 60)]
  }
}

/** How many of so many turns sent the login to the model. */
async function leaks(gateway: AttackedGateway, turns: number): Promise<number> {
  let found = 0
  for (let turn = 0; turn < turns; turn++) {
    const model = turn % 2 === 0 ? 'exec read-only' : 'app-server read-only'
    const { status } = await ask(gateway, '/v1/chat/completions', {
      body: chat(model),
      signal: AbortSignal.timeout(20_000)
    })
    if (status !== 200) throw new Error(`A turn was answered with ${status}.`)
    if (gateway.upstream.requests.at(-1)?.raw.includes(login)) found += 1
  }
  return found
}

/** Takes no disk. */
async function huge(gateway: AttackedGateway, file: string): Promise<Finding> {
  rmSync(file)
  writeFileSync(file, '')
  truncateSync(file, 400 * 1024 * 1024)
  const growth = await growthDuring(gateway.pid, () => leaks(gateway, 2))
  return below('400 MB of zeros: growth of memory', growth, 60, 'MB')
}

async function raced(gateway: AttackedGateway, file: string, secret: string, turns: number): Promise<Finding> {
  rmSync(file)
  const child = spawn(process.execPath, ['-e', swapper, secret], { cwd: join(file, '..'), stdio: 'ignore' })
  try {
    const found = await leaks(gateway, turns)
    return holds(
      'swapped between a file and a link: nothing of the login is sent',
      found === 0,
      `in ${found} of ${turns} turns`
    )
  } finally {
    child.kill('SIGKILL')
  }
}
