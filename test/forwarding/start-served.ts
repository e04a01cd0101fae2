import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OpenAI } from 'openai-newest'
import { principalFrom } from '../../src/access/principal.ts'
import { openWorker } from '../../src/app/worker.ts'
import { configFrom } from '../../src/config/config.ts'
import { startDoor } from '../app/start-door.ts'
import type { Door } from '../app/start-door.ts'
import { knowsWorkers } from '../support/machines.ts'
import { startNats } from '../support/nats.ts'
import type { Nats } from '../support/nats.ts'
import { startUpstream } from '../support/upstream/upstream.ts'
import type { Upstream } from '../support/upstream/upstream.ts'

/** One broker, one worker with the real codex on a scripted upstream, and two front ends. */
export interface Served extends AsyncDisposable {
  nats: Nats
  upstream: Upstream
  doors: [Door, Door]
  /** The official client at one of them, as somebody's. */
  client: (door: Door, token?: string) => OpenAI
  /** Settles when the worker is gone; called again when it is back. */
  stopWorker: () => Promise<void>
  startWorker: () => Promise<void>
}

/** Tokens with limits, beside `one` and `two`, which have none. */
const limited = [
  ['once', '1 requests a day'],
  ['little', '10 tokens a day']
] as const

const limitOf = (token: string, limit: string) =>
  `[[rules]]\nsubject = "principal:${principalFrom({ token }).id}"\nlimit = "${limit}"\n`

/** `settings`: of the worker; `atDoors`: of the front ends. */
export async function startServed(
  settings: Record<string, string> = {},
  atDoors: Record<string, string> = {}
): Promise<Served> {
  const [nats, upstream] = await Promise.all([startNats(), startUpstream()])
  const name = nats.newName()
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'served-')))
  await mkdir(join(folder, 'workspace'))
  const env = {
    ...{ PATH: '/usr/bin:/bin', HOME: folder, CODEX_CLI_HOME: join(folder, 'home') },
    ...{ CODEX_WORKSPACE: join(folder, 'workspace'), CODEX_NATS_URL: nats.url, CODEX_NATS_NAME: name },
    ...{ CODEX_API_BASE_URL: upstream.url, CODEX_API_KEY: 'sk-the-provider', CODEX_MODEL: 'gpt-5.5' },
    ...{ CODEX_ENGINE: 'app-server', CODEX_WORKER_NAME: 'w1', CODEX_SANDBOX: 'danger-full-access' },
    ...{ CODEX_DRAIN_SECONDS: '0', CODEX_ENVIRONMENTS_DIR: join(folder, 'environments'), ...settings }
  }
  const open = () => openWorker(configFrom(env), env)
  let worker: Awaited<ReturnType<typeof open>> | undefined = await open()
  const limits = join(folder, 'limits.toml')
  await writeFile(limits, limited.map(([token, limit]) => limitOf(token, limit)).join(''))
  const tokens = ['one', 'two', ...limited.map(([token]) => token)].join(',')
  const door = () =>
    startDoor(nats, name, {
      ...{ CODEX_MODEL: 'gpt-5.5', CODEX_GATEWAY_TOKEN: tokens, CODEX_LIMITS_FILE: limits },
      ...atDoors
    })
  const doors: [Door, Door] = [await door(), await door()]
  const known = () => Promise.all(doors.map(({ frontEnd }) => knowsWorkers(frontEnd, 1)))
  await known()
  return {
    ...{ nats, upstream, doors },
    client: ({ url }, apiKey = 'one') => new OpenAI({ apiKey, baseURL: url, maxRetries: 0 }),
    async stopWorker() {
      await worker?.[Symbol.asyncDispose]()
      worker = undefined
    },
    async startWorker() {
      worker = await open()
      await known()
    },
    async [Symbol.asyncDispose]() {
      for (const each of doors) await each[Symbol.asyncDispose]()
      await worker?.[Symbol.asyncDispose]()
      await Promise.all([nats, upstream].map((one) => one[Symbol.asyncDispose]()))
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}
