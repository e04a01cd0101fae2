import { startNats, natsServer } from '../../../test/support/nats.ts'
import { ask, askStreamed } from '../client.ts'
import type { Target } from '../client.ts'
import { figuresFrom } from '../figures.ts'
import type { Row } from '../row.ts'
import { interleaved, rate } from '../sampling.ts'
import { appServerSlots, execSlots } from '../setting.ts'
import type { World } from '../world.ts'

type Engine = 'exec' | 'app-server'

/** The real codex on two workers, beside the gateway that runs it itself. */
export async function brokeredCodexRows(world: World, quick: boolean): Promise<Row[]> {
  if (!natsServer) throw new Error('nats-server is missing')
  await using nats = await startNats()
  const start = async (engine: Engine, role: string, more: Record<string, string> = {}) =>
    world.fresh(engine, { CODEX_NATS_URL: nats.url, CODEX_NATS_NAME: engine.replace('-', '_'), ...more }, role)
  const worker = (engine: Engine, name: string) =>
    start(engine, 'worker', {
      CODEX_WORKER_NAME: name,
      CODEX_CLI_HOME: `${world.folder}/${engine}-${name}`,
      CODEX_MAX_CONCURRENCY: String((engine === 'exec' ? execSlots : appServerSlots) / 2)
    })
  await using _exec1 = await worker('exec', 'one')
  await using _exec2 = await worker('exec', 'other')
  await using exec = await start('exec', 'serve', { CODEX_CLI_HOME: `${world.folder}/exec-front` })
  await using _server1 = await worker('app-server', 'one')
  await using _server2 = await worker('app-server', 'other')
  await using appServer = await start('app-server', 'serve', { CODEX_CLI_HOME: `${world.folder}/app-server-front` })
  return [
    await firstTextRow(appServer, world.appServer, quick),
    await answerRow(exec, world.exec, quick),
    await atOnceRow(appServer, world.appServer, quick)
  ]
}

const beside = 'the gateway that runs it itself'

async function firstTextRow(brokered: Target, local: Target, quick: boolean): Promise<Row> {
  const first = (target: Target) => async () => [(await askStreamed(target)).firstTextMs]
  const samples = await interleaved(quick ? 20 : 100, { brokered: first(brokered), local: first(local) })
  const [ours, figures] = [figuresFrom(samples.brokered), figuresFrom(samples.local)]
  const met = ours.median - figures.median <= 5
  const other = { what: beside, figures }
  return { what: 'brokered app-server: first text', unit: 'ms', ours, other, target: { text: '≤ +5 ms', met } }
}

async function answerRow(brokered: Target, local: Target, quick: boolean): Promise<Row> {
  const answer = (target: Target) => async () => [(await ask(target)).ms]
  const samples = await interleaved(quick ? 8 : 40, { brokered: answer(brokered), local: answer(local) })
  const [ours, figures] = [figuresFrom(samples.brokered), figuresFrom(samples.local)]
  const met = ours.median <= 1.1 * figures.median
  const other = { what: beside, figures }
  return { what: 'brokered exec: an answer', unit: 'ms', ours, other, target: { text: '≤ 1.1 ×', met } }
}

async function atOnceRow(brokered: Target, local: Target, quick: boolean): Promise<Row> {
  const several = (target: Target) => () => rate(8, quick ? 64 : 256, () => ask(target))
  const samples = await interleaved(quick ? 2 : 6, { brokered: several(brokered), local: several(local) })
  const [ours, figures] = [figuresFrom(samples.brokered), figuresFrom(samples.local)]
  const met = ours.median >= 0.85 * figures.median
  return {
    what: 'brokered app-server: answers, 8 at once',
    unit: 'a second',
    ours,
    other: { what: beside, figures },
    target: { text: '≥ 0.85 ×', met }
  }
}
