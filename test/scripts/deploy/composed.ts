import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parse as parseEnv } from 'dotenv'
import { execa } from 'execa'
import { parse } from 'yaml'
import { start } from '../../support/command.ts'
import { natsServer } from '../../support/nats.ts'
import { deploy } from './chart.ts'

const project = join(deploy, '..', '..')
const main = join(project, 'dist/main.js')

/** A service of compose.yaml, as far as it can be run without containers. */
interface Service {
  command: string | string[]
  environment?: Record<string, string>
  healthcheck?: { test?: string[] }
}

export type Child = ReturnType<typeof start>

/** The services of compose.yaml as processes of this machine: in a folder for the volumes, on ports that are free. */
export class Composed implements AsyncDisposable {
  readonly #children: Child[] = []
  readonly folder: string
  readonly #services: Record<string, Service>

  static async open(): Promise<Composed> {
    await execa('bash', ['-c', 'set -euo pipefail; . scripts/install.sh; build'], { cwd: project })
    const folder = await mkdtemp(join(tmpdir(), 'composed-'))
    for (const name of ['frontend', 'worker', 'nats', 'nats-data', 'bin'])
      await mkdir(join(folder, name), { recursive: true })
    const text = await readFile(join(deploy, 'compose.yaml'), 'utf8')
    return new Composed(folder, (parse(text, { merge: true }) as { services: Record<string, Service> }).services)
  }

  private constructor(folder: string, services: Record<string, Service>) {
    this.folder = folder
    this.#services = services
  }

  service(name: string): Service {
    const found = this.#services[name]
    if (!found) throw new Error(`compose.yaml has no service ${name}`)
    return found
  }

  /** Runs the script of `setup` where its volumes would be. Nobody but root can give files away, so that is left out. */
  async setup(): Promise<void> {
    const bin = join(this.folder, 'bin')
    await writeFile(join(bin, 'codex-gateway'), `#!/bin/sh\nexec ${process.execPath} ${main} "$@"\n`, { mode: 0o755 })
    await writeFile(join(bin, 'chown'), '#!/bin/sh\n', { mode: 0o755 })
    const [script = ''] = this.service('setup').command
    const local = script.replaceAll('$$', '$').replace('/nats.conf', join(deploy, 'nats.conf'))
    await execa('sh', ['-euc', local], { cwd: this.folder, env: { PATH: `${bin}:/usr/bin:/bin` }, extendEnv: false })
  }

  /** Starts the broker, and writes its port into what `setup` gave the roles. Returns the URL of its own health check. */
  async nats(): Promise<string> {
    const config = join(this.folder, 'nats/nats.conf')
    await replaceIn(config, '/var/lib/nats', join(this.folder, 'nats-data'))
    const named = (this.service('nats').command as string[]).map((part) =>
      part === '/etc/nats/nats.conf' ? config : part === '8222' ? '-1' : part
    )
    const ports = ['-a', '127.0.0.1', '-p', '-1', '--ports_file_dir', this.folder]
    const child = this.#started(start(natsServer ?? 'nats-server', [...named, ...ports], this.folder, {}))
    const file = join(this.folder, `nats-server_${child.pid}.ports`)
    const { nats, monitoring } = await waitFor(async () => JSON.parse(await readFile(file, 'utf8')) as Ports, child)
    for (const role of ['frontend', 'worker'])
      await replaceIn(join(this.folder, role, '.env'), 'nats:4222', new URL(nats[0] ?? '').host)
    return `${monitoring[0]}/healthz`
  }

  /** Starts a gateway or a worker; `demo` is what CODEX_DEMO does. Returns where it listens. */
  async gateway(name: string, { demo = false } = {}): Promise<string> {
    const { command, environment = {} } = this.service(name)
    const role = name.startsWith('worker') ? 'worker' : 'frontend'
    const home = join(this.folder, `${name}-home`)
    const workspace = join(this.folder, 'workspace')
    await mkdir(workspace, { recursive: true })
    const args = String(command)
      .replace('${CODEX_DEMO:+--demo}', demo ? '--demo' : '')
      .replace('8000', '0')
      .trim()
    const child = this.#started(
      start(process.execPath, [main, ...args.split(/ +/)], join(this.folder, role), {
        PATH: '/usr/bin:/bin',
        HOME: home,
        ...environment,
        CODEX_GATEWAY_PORT: '0',
        CODEX_CLI_HOME: home,
        ...(environment['CODEX_WORKSPACE'] !== '' && { CODEX_WORKSPACE: workspace })
      })
    )
    return listening(child)
  }

  /** Of the role whose `.env` it is. */
  async token(role: 'frontend' | 'worker'): Promise<string> {
    return parseEnv(await readFile(join(this.folder, role, '.env'), 'utf8'))['CODEX_GATEWAY_TOKEN'] ?? ''
  }

  /** Runs the health check of a service against the port that it got here. */
  async isHealthy(name: string, url: string): Promise<boolean> {
    const [, program = '', ...args] = this.service(name).healthcheck?.test ?? []
    const own = args.map((arg) => arg.replace('http://127.0.0.1:8000', url))
    const { exitCode } = await execa(program, own, { reject: false })
    return exitCode === 0
  }

  /** Stops all as Compose does, the last one first. Returns how they ended. */
  async down(): Promise<(number | undefined)[]> {
    const codes = []
    for (const child of this.#children.splice(0).reverse()) {
      child.kill('SIGTERM')
      codes.push((await child).exitCode)
    }
    return codes
  }

  async [Symbol.asyncDispose]() {
    for (const child of this.#children) child.kill('SIGKILL')
    await Promise.all(this.#children)
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }

  #started(child: Child): Child {
    this.#children.push(child)
    return child
  }
}

interface Ports {
  nats: string[]
  monitoring: string[]
}

async function replaceIn(file: string, what: string, by: string): Promise<void> {
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll(what, by), { mode: 0o600 })
}

/** What `read` returns as soon as it does not throw. */
async function waitFor<T>(read: () => Promise<T>, child: Child): Promise<T> {
  for (;;) {
    try {
      return await read()
    } catch {
      if (child.exitCode !== null) throw new Error(`it ended: ${(await child).stderr}`)
      await new Promise((resolve) => setTimeout(resolve, 10)) // a file that is written by another program
    }
  }
}

/** The port in its log, on which it listens at all addresses. */
async function listening(child: Child): Promise<string> {
  const found = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, port] = /"url":"http:\/\/[^"]*:(\d+)"/.exec(line) ?? []
      if (port !== undefined) resolve(`http://127.0.0.1:${port}`)
    })
  })
  const ended = child.then(({ stderr }) => Promise.reject(new Error(`it ended before it listened: ${stderr}`)))
  return Promise.race([found, ended])
}
