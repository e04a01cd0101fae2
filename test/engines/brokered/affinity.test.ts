import { expect, it } from 'vitest'
import { rendezvous, rootOf } from '../../../src/engines/brokered/affinity.ts'

const named = (count: number) => Array.from({ length: count }, (_, index) => ({ worker: `worker-${index}` }))
const roots = Array.from({ length: 4_000 }, (_, index) =>
  rootOf({ input: [{ type: 'text', text: `conversation ${index}` }], owner: 'one' })
)

it('conversations are spread evenly over workers, and stay where they are, in whatever order workers are known', () => {
  const workers = named(10)
  const counts = new Map<string, number>()
  for (const root of roots) {
    const { worker = '' } = rendezvous(root, workers) ?? {}
    expect(rendezvous(root, workers.toReversed())?.worker).toBe(worker)
    counts.set(worker, (counts.get(worker) ?? 0) + 1)
  }
  expect(counts.size).toBe(10)
  for (const count of counts.values()) expect(Math.abs(count - 400)).toBeLessThan(100) // five times the standard deviation
})

it('when a worker goes, only its own conversations move, and those over all others', () => {
  const workers = named(10)
  const without = workers.slice(1)
  const places = new Set<string>()
  for (const root of roots) {
    const before = rendezvous(root, workers)?.worker
    const after = rendezvous(root, without)?.worker
    if (before === 'worker-0') places.add(after ?? '')
    else expect(after).toBe(before)
  }
  expect(places.size).toBe(9)
  expect(rendezvous('root', [])).toBeUndefined()
})
