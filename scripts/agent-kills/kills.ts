import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ToolServer } from '../../test/api/agents/tool-server.ts'
import { processesLeftWith, processesWith, signalled } from '../../test/support/processes.ts'
import { startUpstream } from '../../test/support/upstream/upstream.ts'
import { startKilled } from './gateway.ts'
import { kindOf, kinds, markOf, modelFor } from './model.ts'
import type { Report } from './report.ts'
import { answerCall, begin, settle } from './session.ts'
import type { Settled } from './session.ts'

/** Milliseconds from the beginning of the sessions to the kill, at most: a new gateway has to start its codex first. */
const longest = { gateway: 5_000, 'app-server': 2_500 }
/** Sessions that begin before each kill, one of each kind: what they wait for comes at once, after the kill, or half of it. */
const width = kinds.length

/** Sessions of the real codex, whose gateway or codex is killed at some moment, again and again. */
export async function agentKills(
  victim: 'gateway' | 'app-server',
  wanted: number,
  early: AbortSignal
): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'agent-kills-'))
  for (const name of ['workspace', 'environments']) await mkdir(join(folder, name))
  const startedAt = performance.now()
  const doubled: string[] = []
  const upstream = await startUpstream(modelFor(doubled), { kept: 10 })
  const tools = new ToolServer()
  await tools.start()
  let gateway = await startKilled(folder, upstream.url, tools)
  const settled: Settled[] = []
  let kills = 0
  for (let round = 0; kills < wanted && !early.aborted; round++) {
    const marks = Array.from({ length: width }, (_, index) => markOf(round * width + index))
    const began = marks.map((mark) => begin(gateway, mark, victim === 'app-server' ? 4 : 0))
    for (const mark of marks) if (isAnswered(mark, round)) void answerCall(gateway.sessions, mark, early)
    await sleep(Math.random() * longest[victim])
    if (victim === 'app-server') kills += killCodex(folder)
    else {
      await gateway.end('SIGKILL')
      gateway = await startKilled(folder, upstream.url, tools)
      kills++
    }
    await Promise.all(began)
    await Promise.all(marks.map((mark) => begin(gateway, mark, 4))) // as clients do that had no answer
    settled.push(...(await Promise.all(marks.map((mark) => settle(gateway, mark)))))
  }
  await gateway.end('SIGTERM')
  const written = await marksBelow(join(folder, 'environments'))
  const removed = tools.deleted.map((one) => (one as { path: string }).path)
  const report = {
    ...reportOf(settled, [...written, ...removed.map((mark) => `${mark} removed`)], doubled),
    left: await processesLeftWith(folder, 10_000)
  }
  await upstream[Symbol.asyncDispose]()
  tools.close()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  return { ...report, kills, seconds: (performance.now() - startedAt) / 1000 }
}

/** Whether it gets what it waits for at once. Every other tool is approved; the others are not before the kill. */
const isAnswered = (mark: string, round: number) =>
  kindOf(mark) === 'approval' ? round % 2 === 0 : kindOf(mark) !== 'late'

/** Kills the codex of a gateway, which need not know that at once. 0 where none runs at this moment. */
function killCodex(folder: string): 0 | 1 {
  const lines = processesWith(join(folder, 'home')).filter((line) => /\bapp-server\b/.test(line))
  return signalled(lines, 'SIGKILL') > 0 ? 1 : 0
}

async function marksBelow(folder: string): Promise<string[]> {
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('/marks'))
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  return texts.flatMap((text) => text.split('\n').filter(Boolean))
}

/** `done`: what commands and tools have done, each time that they did it. `doubled`: marks of outputs that the model was sent twice. */
function reportOf(
  all: readonly Settled[],
  done: readonly string[],
  doubled: string[]
): Omit<Report, 'kills' | 'seconds' | 'left'> {
  const counts = new Map<string, number>()
  for (const mark of done) counts.set(mark, (counts.get(mark) ?? 0) + 1)
  const ends: Record<string, number> = {}
  for (const { how } of all) ends[how] = (ends[how] ?? 0) + 1
  const marks = (isOne: (one: Settled) => boolean) => all.filter(isOne).map(({ mark, how }) => `${mark} ${how}`)
  return {
    ends,
    late: all.filter(({ isLate }) => isLate).length,
    unused: marks((one) => one.isLate && (one.how !== 'completed' || resultsIn(one) < expectedOf(one.mark))),
    twice: [...counts].filter(([, count]) => count > 1).map(([mark]) => mark),
    undone: marks(({ how, mark }) => how === 'completed' && counts.get(mark) !== 1),
    lost: marks(({ how }) => how === 'unfinished'),
    doubled,
    wrong: all.flatMap(({ mark, wrong }) => wrong.map((what) => `${mark} ${what}`))
  }
}

const expectedOf = (mark: string) => (kindOf(mark) === 'both' ? 2 : 1)
/** Results that the model repeats in its last message. */
const resultsIn = ({ text, mark }: Settled) =>
  (/It is [^"]*/.exec(text)?.[0] ?? '').split(`result-of-${mark}`).length - 1
