import { startSession } from '../agent-client.ts'
import { figuresFrom } from '../figures.ts'
import { residentMb } from '../memory.ts'
import type { Row } from '../row.ts'
import { interleaved } from '../sampling.ts'
import { longDeltas, longWord } from '../slow.ts'
import type { World } from '../world.ts'

/** Readers of one stream. */
const readers = 64

/** A turn that many read beside one that one reads, as fast as codex writes; and the memory of a reader that does not read. */
export async function readerRows({ appServer }: World, quick: boolean): Promise<Row[]> {
  const turnOf =
    (more: number, stuck = 0) =>
    async () => {
      const session = await startSession(appServer, more, stuck)
      const before = residentMb(appServer.pid)
      const { ms } = await session.turn(longWord)
      const grown = residentMb(appServer.pid) - before
      session.leave()
      return { ms, grown }
    }
  const [one, many] = [turnOf(0), turnOf(readers - 1)]
  const rounds = quick ? 2 : 5
  const samples = await interleaved(rounds, {
    one: async () => [(await one()).ms],
    many: async () => [(await many()).ms]
  })
  const stuck = turnOf(readers - 2, 1)
  const grown: number[] = []
  for (let round = 0; round < rounds; round++) grown.push((await stuck()).grown)
  const [ours, other] = [samples.many, samples.one].map(figuresFrom)
  return [
    {
      what: `agents: a turn of ${longDeltas.toLocaleString('en')} deltas that ${readers} read`,
      unit: 'ms',
      ours: ours!,
      other: { what: 'one that one reads', figures: other! }
    },
    {
      what: `agents: memory that such a turn adds where one of the ${readers} takes nothing`,
      unit: 'MB',
      ours: figuresFrom(grown.map((mb) => Math.max(0, mb)))
    }
  ]
}
