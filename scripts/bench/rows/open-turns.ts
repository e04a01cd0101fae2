import { randomUUID } from 'node:crypto'
import { descendants, processTable } from '../../../src/codex/process/processes.ts'
import type { ServedGateway } from '../gateway.ts'
import { figuresFrom } from '../figures.ts'
import { residentMb } from '../memory.ts'
import type { Row } from '../row.ts'
import { atOnce } from '../sampling.ts'
import { ToolLoop } from '../tool-loop.ts'
import type { World } from '../world.ts'

/** The default of CODEX_WAITING_TURNS. */
const usual = 64

/** Memory of turns that wait for the results of their calls: as many as may, and many more than may. */
export async function openTurnsRows({ fresh }: World, quick: boolean): Promise<Row[]> {
  const many = quick ? 200 : 1_000
  return [...(await rowsFor(fresh, many, many)), ...(await rowsFor(fresh, usual, many))]
}

/** Opens `count` loops where `allowed` may wait, and goes on with the oldest and the newest of those that may, and with one that may not. */
async function rowsFor(fresh: World['fresh'], allowed: number, count: number): Promise<Row[]> {
  await using gateway = await fresh('app-server', { CODEX_WAITING_TURNS: String(allowed) })
  await opened(gateway)
  const before = await memoryOf(gateway)
  const loops = (await atOnce(8, count - 1, () => opened(gateway))).results
  const after = await memoryOf(gateway)
  const kept = loops.slice(-allowed + 10) // those that were asked at once may end in another order
  const outcomes = [kept[0], kept.at(-1), ...(count > allowed ? [loops[0]] : [])].map((loop) => loop!.step())
  const expected = [true, true, ...(count > allowed ? [false] : [])]
  const isBounded = (await Promise.all(outcomes)).every(({ isResumed }, index) => isResumed === expected[index])
  const row = (what: string, one: number, other: number): Row => ({
    what: `${count} open turns of which ${allowed} may wait: ${what}`,
    unit: 'MB',
    ours: figuresFrom([other]),
    other: { what: 'one open turn', figures: figuresFrom([one]) },
    target: { text: `${allowed} wait`, met: isBounded }
  })
  return [
    row('memory of the gateway', before.gateway, after.gateway),
    row('memory of app-server', before.appServer, after.appServer)
  ]
}

async function opened(gateway: ServedGateway): Promise<ToolLoop> {
  const loop = new ToolLoop(gateway, randomUUID())
  await loop.step()
  return loop
}

/** In MB. The biggest of the processes that the gateway has started is app-server. */
async function memoryOf({ pid }: ServedGateway): Promise<{ gateway: number; appServer: number }> {
  const started = descendants(await processTable(), [pid]).filter((row) => row.pid !== pid)
  return { gateway: residentMb(pid), appServer: Math.max(...started.map((row) => residentMb(row.pid)).filter(Boolean)) }
}
