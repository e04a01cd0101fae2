import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startUpstream } from '../../test/support/upstream/upstream.ts'
import type { Upstream } from '../../test/support/upstream/upstream.ts'
import { program } from './places.ts'
import type { Place } from './places.ts'

/** The valid ones. */
export const token = 'sk-attack-0123456789abcdefghijkl'
export const otherToken = 'sk-other-0123456789abcdefghijklm'

/** What commands may find nowhere: the key of the model provider, and a login. */
export const providerKey = 'sk-attack-provider-key'
export const login = 'attack-login-secret'

const sandboxes = ['read-only', 'workspace-write', 'danger-full-access']
/** A model for each engine and sandbox: `exec read-only`. */
const aliases = Object.fromEntries(
  ['exec', 'app-server'].flatMap((engine) =>
    sandboxes.map((sandbox) => [`${engine} ${sandbox}`, { model: 'gpt-5.5', engine, sandbox }])
  )
)

type Environment = Record<string, string | undefined>

/** Commands in the sandbox may write to /tmp, but not here. */
const base = '/var/tmp'

export interface GatewayOptions {
  place?: Place
  env?: Environment | ((folder: string) => Environment)
  /** Makes files in its folder before it starts. */
  prepare?: (folder: string) => Promise<unknown> | void
  /** Another gateway, whose home and model provider it shares. */
  beside?: AttackedGateway
}

/** A built gateway in a process and folders of its own, with the real codex on a scripted model provider. */
export interface AttackedGateway extends AsyncDisposable {
  pid: number
  port: number
  /** Where `home`, `workspace` and `temp` are, and its working folder, `run`, with `.env` and `tokens`. */
  folder: string
  place: Place | undefined
  upstream: Upstream
  /** All that it has logged. */
  log: () => Promise<string>
  kill: (signal: NodeJS.Signals) => void
  /** Whether it still runs. */
  alive: () => boolean
}

/** Throws, with what it printed, when it does not start. */
export async function startGateway(options: GatewayOptions = {}): Promise<AttackedGateway> {
  const { beside } = options
  const upstream = beside?.upstream ?? (await startUpstream(undefined, { kept: 20 }))
  const folder = await folderFor(options)
  const log = join(folder, 'log')
  const child = await startProcess(folder, log, options, environmentFor(folder, upstream, options))
  const exited = once(child, 'exit')
  const dispose = async () => {
    await stopped(child, exited)
    if (!beside) await upstream[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  const port = await portFrom(log, child)
  if (port === undefined) {
    const text = await readFile(log, 'utf8')
    await dispose()
    throw new Error(`The gateway did not start (exit code ${child.exitCode}): ${text}`)
  }
  return {
    pid: child.pid!,
    port,
    folder,
    place: options.place,
    upstream,
    log: () => readFile(log, 'utf8'),
    kill: (signal) => void child.kill(signal),
    alive: () => child.exitCode === null && child.signalCode === null,
    [Symbol.asyncDispose]: dispose
  }
}

/** Two signals: the second one interrupts turns that wait for a mute model. */
async function stopped(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const again = setTimeout(() => child.kill('SIGTERM'), 300)
  const late = setTimeout(() => child.kill('SIGKILL'), 20_000)
  child.kill('SIGTERM')
  await exited
  clearTimeout(again)
  clearTimeout(late)
}

async function folderFor({ place, prepare }: GatewayOptions): Promise<string> {
  const folder = await mkdtemp(join(base, 'attack-'))
  for (const name of ['home', 'home/.codex', 'workspace', 'temp', 'run'])
    await mkdir(join(folder, name), { mode: 0o700 })
  await prepare?.(folder)
  if (place?.uid !== undefined) execFileSync('chown', ['-R', `${place.uid}:${place.uid}`, folder])
  return folder
}

function environmentFor(folder: string, upstream: Upstream, { env, beside }: GatewayOptions): NodeJS.ProcessEnv {
  return {
    PATH: '/usr/bin:/bin',
    HOME: folder,
    TMPDIR: join(folder, 'temp'),
    CODEX_CLI_HOME: join(beside?.folder ?? folder, 'home'),
    CODEX_WORKSPACE: join(folder, 'workspace'),
    CODEX_GATEWAY_TOKEN: `${token},${otherToken}`,
    CODEX_API_BASE_URL: upstream.url,
    CODEX_API_KEY: providerKey,
    CODEX_MODEL_ALIASES: JSON.stringify(aliases),
    CODEX_MODEL_REASONING_EFFORT: 'low',
    ...(typeof env === 'function' ? env(folder) : env)
  }
}

/** Its log is a file, not a pipe: a runner busy with its attack would read it too slowly, and block the gateway. */
async function startProcess(
  folder: string,
  log: string,
  { place }: GatewayOptions,
  env: NodeJS.ProcessEnv
): Promise<ChildProcess> {
  await using file = await open(log, 'a')
  const [command, ...args] = [...(place?.prefix ?? []), process.execPath, program, 'serve', '127.0.0.1', '0']
  return spawn(command, args, { cwd: join(folder, 'run'), env, stdio: ['ignore', file.fd, file.fd] })
}

/** The port of its log line `listening`; undefined if it ends before that. */
async function portFrom(log: string, child: ChildProcess): Promise<number | undefined> {
  while (child.exitCode === null && child.signalCode === null) {
    const url = /"url":"([^"]+)","msg":"listening"/.exec(await readFile(log, 'utf8'))?.[1]
    if (url !== undefined) return Number(new URL(url).port)
    await sleep(50)
  }
  return undefined
}
