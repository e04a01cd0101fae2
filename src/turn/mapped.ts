/**
 * The events of a turn as `step`, which must not throw, leaves them: none, one or several for each. An object and no generator: for each
 * event that makes three promises, and this makes one.
 */
export function mapped<In, Out>(
  events: AsyncIterable<In>,
  step: (event: In) => readonly Out[]
): AsyncIterableIterator<Out, void, void> {
  const source = events[Symbol.asyncIterator]()
  let ready: readonly Out[] = []
  let at = 0
  const pull = () => source.next().then(take)
  const take = (next: IteratorResult<In>): IteratorResult<Out, void> | Promise<IteratorResult<Out, void>> => {
    if (next.done) return { value: undefined, done: true }
    ready = step(next.value)
    at = 0
    return ready.length > 0 ? { value: ready[at++]!, done: false } : pull()
  }
  return {
    next: () => (at < ready.length ? Promise.resolve({ value: ready[at++]!, done: false }) : pull()),
    async return() {
      ready = []
      await source.return?.()
      return { value: undefined, done: true }
    },
    [Symbol.asyncIterator]() {
      return this
    }
  }
}
