/** So many of a list, the same for the same seed: a shuffle by a linear congruential generator. */
export function sample<T>(list: readonly T[], count: number, seed: number): T[] {
  const shuffled = [...list]
  let state = seed >>> 0
  for (let left = shuffled.length; left > 1; left--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const other = Math.floor((state / 2 ** 32) * left)
    ;[shuffled[left - 1], shuffled[other]] = [shuffled[other] as T, shuffled[left - 1] as T]
  }
  return shuffled.slice(0, count)
}
