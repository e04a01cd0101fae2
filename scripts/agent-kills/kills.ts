import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { processesLeftWith, processesWith } from '../../test/support/processes.ts'
import { answer, says } from '../../test/support/upstream/answer.ts'
import type { UpstreamRequest } from '../../test/support/upstream/request.ts'
import { toolCall } from '../../test/support/upstream/tool-calls.ts'
import { startUpstream } from '../../test/support/upstream/upstream.ts'
import { startKilled } from './gateway.ts'
import type { KilledGateway } from './gateway.ts'
import type { Report } from './report.ts'
import { answerCall, begin, settle } from './session.ts'
import type { Settled } from './session.ts'

/** Milliseconds from the beginning of the sessions to the kill, at most: a new gateway has to start its codex first. */
const longest = { gateway: 5_000, 'app-server': 2_500 }
/** Sessions that begin before each kill: half of them get their results at once, the others wait. */
const width = 4

/** A model that runs a command which writes the mark of its session, calls a function, and says what that returned. */
function model(request: UpstreamRequest) {
  const [mark = ''] = /mark-\d+-end/.exec(request.userTexts.join('\n')) ?? []
  const outputs = request.body.input.filter(({ type }) => type.endsWith('_call_output'))
  if (outputs.length === 0)
    return answer([toolCall(request, 'exec_command', { cmd: `sleep 0.0${mark.length % 7}; echo ${mark} >> marks` })])
  if (outputs.length === 1) return answer([toolCall(request, 'add', { n: 1 })])
  return says(`It is ${/result-of-mark-\d+-end/.exec(JSON.stringify(outputs.at(-1)))?.[0]}.`)
}

/** Sessions of the real codex, whose gateway or codex is killed at some moment, again and again. */
export async function agentKills(
  victim: 'gateway' | 'app-server',
  wanted: number,
  early: AbortSignal
): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'agent-kills-'))
  for (const name of ['workspace', 'environments']) await mkdir(join(folder, name))
  const startedAt = performance.now()
  const upstream = await startUpstream(model, { kept: 10 })
  let gateway = await startKilled(folder, upstream.url)
  const settled: Settled[] = []
  let kills = 0
  for (; kills < wanted && !early.aborted; kills++) {
    const marks = Array.from({ length: width }, (_, index) => `mark-${kills * width + index}-end`)
    const began = marks.map((mark) => begin(gateway.sessions, mark, victim === 'app-server' ? 4 : 0))
    for (const [index, mark] of marks.entries()) if (index % 2 === 0) void answerCall(gateway.sessions, mark, early)
    await sleep(Math.random() * longest[victim])
    gateway = await killed(victim, gateway, folder, upstream.url)
    await Promise.all(began)
    settled.push(...(await Promise.all(marks.map((mark) => settle(gateway.sessions, mark)))))
  }
  await gateway.end('SIGTERM')
  const written = await marksBelow(join(folder, 'environments'))
  const report = { ...reportOf(settled, written), left: await processesLeftWith(folder, 10_000) }
  await upstream[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  return { ...report, kills, seconds: (performance.now() - startedAt) / 1000 }
}

/** The gateway that there is afterwards. One whose codex was killed need not know that yet. */
async function killed(
  victim: 'gateway' | 'app-server',
  gateway: KilledGateway,
  folder: string,
  upstream: string
): Promise<KilledGateway> {
  if (victim === 'gateway') {
    await gateway.end('SIGKILL')
    return startKilled(folder, upstream)
  }
  const lines = processesWith(join(folder, 'home')).filter((line) => /\bapp-server\b/.test(line))
  for (const line of lines) process.kill(Number(line.split(' ')[0]), 'SIGKILL')
  return gateway
}

async function marksBelow(folder: string): Promise<string[]> {
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('/marks'))
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  return texts.flatMap((text) => text.split('\n').filter(Boolean))
}

function reportOf(all: readonly Settled[], written: readonly string[]): Omit<Report, 'kills' | 'seconds' | 'left'> {
  const counts = new Map<string, number>()
  for (const mark of written) counts.set(mark, (counts.get(mark) ?? 0) + 1)
  const ends: Record<string, number> = {}
  for (const { how } of all) ends[how] = (ends[how] ?? 0) + 1
  const marks = (isOne: (one: Settled) => boolean) => all.filter(isOne).map(({ mark, how }) => `${mark} ${how}`)
  return {
    ends,
    late: all.filter(({ isLate }) => isLate).length,
    unused: marks(
      ({ isLate, how, text, mark }) => isLate && (how !== 'completed' || !text.includes(`result-of-${mark}`))
    ),
    twice: [...counts].filter(([, count]) => count > 1).map(([mark]) => mark),
    undone: marks(({ how, mark }) => how === 'completed' && counts.get(mark) !== 1),
    lost: marks(({ how }) => how === 'unfinished')
  }
}
