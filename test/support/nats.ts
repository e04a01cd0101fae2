import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { subjectsFor } from '../../src/wire/subjects.ts'

const project = join(import.meta.dirname, '..', '..')
const places = [
  join(project, 'node_modules/.nats'),
  ...(process.env['PATH'] ?? '').split(delimiter),
  '/usr/sbin',
  '/usr/local/bin'
]

/** The server that `scripts/test.sh` installs, or the machine's; undefined where there is none. */
export const natsServer = places.map((place) => join(place, 'nats-server')).find((path) => existsSync(path))

export interface Nats extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Names that no other user of this server has. */
  newName: () => string
  kill: (signal?: NodeJS.Signals) => Promise<void>
  /** Starts it again, on the same port and with what it stored. */
  start: () => Promise<void>
  /** Where it stores. */
  readonly folder: string
  /** Removes what it stored, while it does not run. */
  lose: () => Promise<void>
}

let names = 0

/** A real nats-server with JetStream, on a free port and in a folder of its own. `config`: more of its configuration. */
export async function startNats({ config = '', address = '127.0.0.1', jetStream = true } = {}): Promise<Nats> {
  const folder = await mkdtemp(join(tmpdir(), 'nats-'))
  const file = join(folder, 'nats.conf')
  let child: ReturnType<typeof spawn> | undefined
  let port = -1
  const start = async () => {
    await writeFile(
      file,
      `listen: "${address}:${port}"\nports_file_dir: "${folder}"\n${jetStream ? `jetstream { store_dir: "${folder}" }` : ''}\n${config}\n`
    )
    child = spawn(natsServer ?? 'nats-server', ['-c', file], { stdio: 'ignore' })
    const ports = join(folder, `nats-server_${child.pid}.ports`)
    for (;;) {
      const text = await readFile(ports, 'utf8').catch(() => '')
      if (text.trim().endsWith('}')) {
        port = Number(new URL((JSON.parse(text) as { nats: string[] }).nats[0] ?? '').port)
        return
      }
      if (child.exitCode !== null) throw new Error(`nats-server ended with ${child.exitCode}`)
      await new Promise((resolve) => setTimeout(resolve, 5)) // it cannot be awaited otherwise
    }
  }
  const kill = async (signal: NodeJS.Signals = 'SIGKILL') => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  await start()
  return {
    get url() {
      return `nats://${address}:${port}`
    },
    get port() {
      return port
    },
    get pid() {
      return child?.pid ?? 0
    },
    folder: join(folder, 'jetstream'),
    newName: () => `t${process.pid}_${(names += 1)}`.slice(0, 16),
    kill,
    start,
    lose: () => rm(join(folder, 'jetstream'), { recursive: true, force: true }),
    async [Symbol.asyncDispose]() {
      await kill('SIGKILL')
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}

/** Where a client of a test connects, and what it calls things. */
export const connectionTo = (nats: Pick<Nats, 'url'>, name: string) => ({
  address: { servers: [nats.url], tls: false },
  subjects: subjectsFor(name),
  replicas: 1
})
