import { readdir } from 'node:fs/promises'
import { connectionsTo, megabytesOf, openFiles } from '../../test/support/descriptors.ts'
import { processesWith } from '../../test/support/processes.ts'
import { bytesIn } from '../attack/files.ts'
import type { SoakedGateway } from './gateway.ts'

/** What is measured while nothing runs, and by how much it may rise over a complete run. */
export const tolerances = {
  'memory, MB': 16,
  'file descriptors': 3,
  processes: 2,
  'temporary files': 1,
  'files of codex': 10,
  'disk, MB': 2
}
export type Sample = Record<keyof typeof tolerances, number> & { minute: number }

export async function sampleOf({ pid, url, temp, home }: SoakedGateway, minute: number): Promise<Sample> {
  return {
    minute,
    'memory, MB': megabytesOf(pid),
    'file descriptors': openFiles(pid) - connectionsTo(Number(new URL(url).port)), // `fetch` keeps some
    processes: processesWith(`CODEX_GATEWAY_OWNER=${pid}.`).length,
    'temporary files': (await readdir(temp, { recursive: true })).length,
    'files of codex': (await readdir(home, { recursive: true })).length,
    'disk, MB': (bytesIn(home) + bytesIn(temp)) / 1024 / 1024
  }
}

/** How much the straight line through the samples rises in a minute: least squares. */
export function slopeOf(samples: readonly Sample[], what: keyof typeof tolerances): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(samples.map(({ minute }) => minute)), mean(samples.map((sample) => sample[what]))]
  const over = samples.reduce((sum, sample) => sum + (sample.minute - x) * (sample[what] - y), 0)
  return over / samples.reduce((sum, { minute }) => sum + (minute - x) ** 2, 0)
}
