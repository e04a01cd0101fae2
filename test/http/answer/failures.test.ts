import { expect, it } from 'vitest'
import { startMiddleware } from '../start-server.ts'

it.each([
  ['shutdown', 503, 'service_unavailable', 0],
  [new Error('a secret'), 500, 'internal_error', 1]
])('%s, thrown by what it ends, is answered as it is: %i', async (thrown, status, code, bugs) => {
  const logged: unknown[] = []
  await using server = await startMiddleware(
    async () => AbortSignal.abort(thrown).throwIfAborted(),
    (error) => logged.push(error)
  )
  const response = await fetch(server.url)
  const text = await response.text()
  expect([response.status, (JSON.parse(text) as { error: { code: string } }).error.code]).toEqual([status, code])
  expect(text).not.toContain('secret')
  expect(logged.length).toBe(bugs)
})
