import { megabytesOf } from '../../test/support/descriptors.ts'

/** By how many megabytes the memory of a process was above that before, at most, while `work` was going on. */
export async function growthDuring(pid: number, work: () => Promise<unknown>): Promise<number> {
  const before = megabytesOf(pid)
  let peak = before
  const look = () => (peak = Math.max(peak, megabytesOf(pid)))
  const watch = setInterval(look, 50)
  try {
    await work()
    look()
  } finally {
    clearInterval(watch)
  }
  return peak - before
}
