/** Measures one thing once: its samples, in its unit. */
export type Measure = () => Promise<number[]>

/** Takes `rounds` of each in turn, after one of each that does not count, so that what disturbs the machine disturbs all of them. */
export async function interleaved<N extends string>(
  rounds: number,
  measures: Record<N, Measure>
): Promise<Record<N, number[]>> {
  const all = Object.entries<Measure>(measures) as [N, Measure][]
  const samples = Object.fromEntries(all.map(([name]) => [name, []])) as unknown as Record<N, number[]>
  for (let round = -1; round < rounds; round++) {
    for (const [name, measure] of round % 2 === 0 ? all : [...all].reverse()) {
      const taken = await measure()
      if (round >= 0) samples[name].push(...taken)
    }
  }
  return samples
}

/** Does `work` `count` times, `width` at once, and returns how long all of it took, in ms, and each result. */
export async function atOnce<T>(
  width: number,
  count: number,
  work: () => Promise<T>
): Promise<{ ms: number; results: T[] }> {
  const results: T[] = []
  let left = count
  const begun = performance.now()
  const worker = async () => {
    while (left-- > 0) results.push(await inTime(work()))
  }
  await Promise.all(Array.from({ length: Math.min(width, count) }, worker))
  return { ms: performance.now() - begun, results }
}

/** So many a second. */
export async function rate(width: number, count: number, work: () => Promise<unknown>): Promise<number[]> {
  const { ms } = await atOnce(width, count, work)
  return [(count / ms) * 1000]
}

/** Milliseconds after which one answer will not come any more: the bench fails rather than hangs. */
const patience = 120_000

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>(
    (_resolve, reject) =>
      (timer = setTimeout(() => reject(new Error(`An answer did not come in ${patience / 1000} s`)), patience))
  )
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
