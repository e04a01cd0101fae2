import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { post, token } from '../app/start-gateway.ts'
import { connectionsTo, openFiles } from '../support/descriptors.ts'
import { commandFolder, start } from '../support/command.ts'
import type { CommandFolder } from '../support/command.ts'
import { processesWith } from '../support/processes.ts'
import { turn } from '../support/scripted-codex/exec-steps.ts'
import { scriptedCodex } from '../support/scripted-codex/scripted-codex.ts'
import type { ScriptedCodex } from '../support/scripted-codex/scripted-codex.ts'
import type { Step } from '../support/scripted-codex/step.ts'
import { startServe } from '../support/serve.ts'
import type { ServeProcess } from '../support/serve.ts'
import { ask, chat, contentOf, otherToken } from './watched-gateway.ts'
import { canaries, watching } from './invariants.ts'
import type { ExpectNothingLeft } from './invariants.ts'

export interface ServeOptions {
  env?: Record<string, string>
  /** What starts the gateway: a command that ends in `"$@"`. */
  shell?: string
}

/** The gateway as its users start it: a process, over a codex that plays these runs and then ordinary ones. */
export interface ServeOnScriptedCodex extends ServeProcess {
  pid: number
  codex: ScriptedCodex
  /** Where it keeps temporary files, as it sees it. */
  temp: string
  turns: () => Promise<{ active: number; waiting: number }>
  expectNothingLeft: ExpectNothingLeft
}

export async function startServeOnScriptedCodex(
  runs: Step[][],
  { env = {}, shell }: ServeOptions = {}
): Promise<ServeOnScriptedCodex> {
  const codex = await scriptedCodex({ exec: [...runs, turn('Fine.')] })
  const folder = await commandFolder()
  const temp = join(folder.path, 'temp')
  await Promise.all([mkdir(temp), mkdir(join(folder.path, 'workspace'))])
  const gateway = await startServe(shell === undefined ? folder : within(shell, folder), [], {
    CODEX_BIN: codex.path,
    CODEX_GATEWAY_TOKEN: `${token},${otherToken}`,
    CODEX_API_KEY: canaries.key,
    CODEX_WORKSPACE: join(folder.path, 'workspace'),
    TMPDIR: temp,
    NODE_OPTIONS: '--trace-uncaught',
    ...env
  })
  let stderr = ''
  gateway.child.stderr.on('data', (text) => (stderr += String(text)))
  const turns = () => turnsOf(gateway.url)
  await contentOf(post(`${gateway.url}/v1/chat/completions`, { ...ask, model: 'gpt-5.5' })) // what is made once is made now
  await gateway.logged('/chat/completions')
  const pid = gateway.child.pid!
  const seen = `/proc/${pid}/root${temp}`
  const port = Number(new URL(gateway.url).port)
  const files = () => openFiles(pid) - connectionsTo(port) // `fetch` keeps some
  const before = files()
  return {
    ...gateway,
    codex,
    temp: seen,
    pid,
    turns,
    expectNothingLeft: watching({
      lines: gateway.log,
      turns,
      temp: seen,
      starts: () => codex.runs().map(({ argv, env }) => ({ argv, env })),
      left: () => [...codex.alive(), ...processesWith(`CODEX_GATEWAY_OWNER=${pid}.`)],
      files: () => files() - before,
      complaints: () => stderr.split('\n').filter((line) => /warning|rejection|uncaught/i.test(line)),
      secrets: [otherToken],
      ordinary: () => contentOf(chat(gateway.url)),
      over: () => gateway.child.exitCode !== null
    }),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await codex[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    }
  }
}

/** The folder, whose program is started by a command. */
function within(command: string, folder: CommandFolder): CommandFolder {
  const main = join(import.meta.dirname, '../../dist/main.js')
  const run: CommandFolder['run'] = (args, env = {}) =>
    start('bash', ['-c', command, 'bash', process.execPath, main, ...args], folder.path, {
      HOME: folder.path,
      PATH: '/usr/bin:/bin',
      ...env
    })
  return { ...folder, run }
}

/** As the metrics tell it, which is what an operator sees. */
async function turnsOf(url: string): Promise<{ active: number; waiting: number }> {
  const text = await (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } })).text()
  const gauge = (name: string) => Number(new RegExp(`^codex_gateway_turns_${name} (\\d+)$`, 'm').exec(text)?.[1])
  return { active: gauge('active'), waiting: gauge('waiting') }
}
