import { askResponse } from '../client.ts'
import { figuresFrom } from '../figures.ts'
import type { Row } from '../row.ts'
import { interleaved } from '../sampling.ts'
import type { World } from '../world.ts'

/** A response as clients ask for it by default, which is stored with its thread, beside one that is not; one at a time. */
export async function storedRows({ exec, appServer }: World, quick: boolean): Promise<Row[]> {
  const rows: Row[] = []
  for (const [engine, target] of Object.entries({ exec, 'app-server': appServer })) {
    const samples = await interleaved(quick ? 8 : 40, {
      stored: async () => [(await askResponse(target, {})).ms],
      notStored: async () => [(await askResponse(target, { store: false })).ms]
    })
    const [ours, figures] = [figuresFrom(samples.stored), figuresFrom(samples.notStored)]
    rows.push({
      what: `${engine}: a stored response`,
      unit: 'ms',
      ours,
      other: { what: 'with `store: false`', figures },
      target: { text: '≤ 1.25 ×', met: ours.median <= 1.25 * figures.median }
    })
  }
  return rows
}
