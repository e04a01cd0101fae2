import { expect, it } from 'vitest'
import { freshness } from '../../src/app/freshness.ts'
import type { GatewayContext } from '../../src/http/state.ts'
import type { Neighbours } from '../../src/work/work.ts'

/** What happens to one request, in order; `settled` is what waits for the other front ends. */
function request(ctx: Partial<GatewayContext>, settled: Neighbours['settled'] = async () => {}) {
  const steps: string[] = []
  const neighbours: Neighbours = {
    isAlive: () => true,
    cancel: async () => {},
    answer: () => {},
    fresh: async () => void steps.push('fresh'),
    settled: () => (steps.push('settled'), settled())
  }
  const done = freshness(neighbours)({ headerSent: false, ...ctx } as GatewayContext, async () => {
    steps.push('handled')
  }) as Promise<void>
  return { steps, done }
}

it.each(['DELETE', 'POST', 'PATCH'])('a %s is answered when the others can see what it did', async (method) => {
  let resolve = () => {}
  const written = new Promise<void>((done) => (resolve = done))
  const { steps, done } = request({ method, path: '/responses/resp_1' }, () => written)
  const first = await Promise.race([done.then(() => 'answered'), new Promise(setImmediate).then(() => 'waits')])
  expect(first).toBe('waits')
  resolve()
  await done
  expect(steps).toEqual(['fresh', 'handled', 'settled'])
})

it('what only reads waits for nothing afterwards', async () => {
  const { steps, done } = request({ method: 'GET', path: '/responses/resp_1' })
  await done
  expect(steps).toEqual(['fresh', 'handled'])
})

it('a chat completion waits for nothing at all', async () => {
  const { steps, done } = request({ method: 'POST', path: '/chat/completions' })
  await done
  expect(steps).toEqual(['handled'])
})

it('an answer that has begun does not wait', async () => {
  const { steps, done } = request({ method: 'POST', path: '/responses', headerSent: true })
  await done
  expect(steps).toEqual(['fresh', 'handled'])
})

it('a deletion that the others did not get is an error, and an answer stays one', async () => {
  const away = async () => Promise.reject(new Error('away'))
  await expect(request({ method: 'DELETE', path: '/responses/resp_1' }, away).done).rejects.toThrow('away')
  await expect(request({ method: 'POST', path: '/responses' }, away).done).resolves.toBeUndefined()
})
