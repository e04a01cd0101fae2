// ./scripts/soak.sh --remote [MINUTES] runs this: remote clients that connect, drop and return, and executors that do.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SignJWT } from 'jose'
import { joinRaw } from '../../test/remote/raw-client.ts'
import { codexBinary } from '../../test/support/upstream/codex-home.ts'
import { startGateway, token } from './gateway.ts'
import type { SoakedGateway } from './gateway.ts'
import { sampleOf, slopeOf, tolerances } from './samples.ts'
import type { Sample } from './samples.ts'

const secret = 'a-secret-of-the-soak-of-at-least-32-bytes'
const round = { seconds: 6, clients: 4, executors: 2, warmUp: 3 }
const input = [{ type: 'text', text: 'hello', text_elements: [] }]
/** Threads are stored: their files and the disk grow with them. */
const watched = ['memory, MB', 'file descriptors', 'processes', 'temporary files'] as const
const counts = { connections: 0, turns: 0, drops: 0, executors: 0 }

/** Connects, runs a turn or leaves within one, until the time is over. */
async function client(gateway: SoakedGateway, until: number): Promise<void> {
  while (performance.now() < until) {
    await using raw = await joinRaw(gateway.url.replace(/^http/, 'ws'), token)
    counts.connections++
    const { thread } = (await raw.request('thread/start', { ephemeral: true })) as { thread: { id: string } }
    await raw.request('turn/start', { threadId: thread.id, input })
    if (Math.random() < 0.5) counts.drops++ // disposed of within its turn
    else {
      await raw.heard(({ method }) => method === 'turn/completed')
      counts.turns++
    }
  }
}

/** A real executor that connects, and is killed. */
async function executor(gateway: SoakedGateway, name: string, until: number): Promise<void> {
  const claims = { sub: 'machine', ws: 'default', scope: 'executor' }
  const key = new TextEncoder().encode(secret)
  const jwt = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h').sign(key)
  const root = await mkdtemp(join(tmpdir(), 'soak-executor-'))
  await mkdir(join(root, '.codex'))
  execFileSync('git', ['init', '-q', root])
  const args = ['exec-server', '--remote', `${gateway.url}/executors`, '--remote-transport', 'direct']
  while (performance.now() < until) {
    const child = spawn(codexBinary, [...args, '--environment-id', name, '--aws-sigv4', '--aws-region', 'gateway'], {
      cwd: root,
      env: {
        ...{ PATH: process.env['PATH'], HOME: root, CODEX_HOME: join(root, '.codex') },
        ...{ AWS_ACCESS_KEY_ID: 'codex', AWS_SECRET_ACCESS_KEY: 'codex', AWS_SESSION_TOKEN: jwt }
      },
      stdio: 'ignore'
    })
    counts.executors++
    await sleep(500 + Math.random() * 1_500)
    const ended = once(child, 'exit')
    if (child.exitCode !== null) throw new Error(`An executor ended by itself, with ${child.exitCode}.`)
    child.kill('SIGKILL')
    await ended
  }
  await rm(root, { recursive: true, force: true, maxRetries: 5 })
}

async function quiet(gateway: SoakedGateway, begun: number): Promise<Sample> {
  await sleep(1_000) // turns that nobody watches end
  process.kill(gateway.pid, 'SIGUSR2')
  await sleep(500)
  return sampleOf(gateway, (performance.now() - begun) / 60_000)
}

/** Whether nothing grew. */
async function soak(minutes: number): Promise<boolean> {
  const conf = await mkdtemp(join(tmpdir(), 'soak-conf-'))
  await writeFile(join(conf, 'secret'), secret, { mode: 0o600 })
  await using gateway = await startGateway({
    ...{ CODEX_REMOTE: '1', CODEX_WORKSPACE_RUNS: 'executors', CODEX_JWT_SECRET_FILE: join(conf, 'secret') },
    CODEX_WORKSPACE_CLIENTS: '64'
  })
  const begun = performance.now()
  const samples: Sample[] = []
  while (performance.now() - begun < minutes * 60_000 || samples.length < round.warmUp + 3) {
    const until = performance.now() + round.seconds * 1_000
    await Promise.all([
      ...Array.from({ length: round.clients }, () => client(gateway, until)),
      ...Array.from({ length: round.executors }, (_, n) => executor(gateway, `machine-${n}`, until))
    ])
    samples.push(await quiet(gateway, begun))
    if (process.stderr.isTTY) console.error(JSON.stringify(samples.at(-1)))
  }
  await rm(conf, { recursive: true })
  return report(samples.slice(round.warmUp), gateway.bugs())
}

function report(samples: readonly Sample[], bugs: readonly string[]): boolean {
  console.log(JSON.stringify(counts))
  const [first, last] = [samples[0]!, samples.at(-1)!]
  const rising = watched.filter((name) => {
    const rise = slopeOf(samples, name) * (last.minute - first.minute)
    const isTooMuch = rise > tolerances[name]
    const [from, to] = [first[name].toFixed(1), last[name].toFixed(1)]
    console.log(`${isTooMuch ? '✗' : '✓'} ${name}: ${from} → ${to}, ${rise.toFixed(1)} over the run`)
    return isTooMuch
  })
  for (const bug of bugs) console.log(`✗ ${bug}`)
  return rising.length === 0 && bugs.length === 0
}

const minutes = Number(process.argv[2] ?? 10)
if (minutes > 0) process.exitCode = (await soak(minutes)) ? 0 : 1
else {
  console.error('How many minutes? ./scripts/soak.sh --remote [MINUTES]')
  process.exitCode = 2
}
