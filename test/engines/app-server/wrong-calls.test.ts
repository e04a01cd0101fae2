import { expect, it } from 'vitest'
import { Calls } from '../../../src/engines/app-server/turn/calls.ts'
import { offeredTools } from '../../../src/engines/app-server/thread/tools.ts'

it('a turn ends after four responses with a wrong call, and only these count', () => {
  const ends: unknown[] = []
  const calls = new Calls(
    () => {},
    (error) => ends.push(error?.code),
    offeredTools({ input: [], tools: [{ name: 'f' }] })
  )
  const respond = (name?: string) => {
    if (name !== undefined) calls.responseItem({ type: 'function_call', call_id: 'c', name, arguments: '{}' })
    calls.responseCompleted()
  }
  for (let response = 0; response < 6; response++) respond()
  for (const name of ['made_up', undefined, 'made_up', undefined, 'made_up', undefined]) respond(name)
  expect(ends).toEqual([])
  respond('made_up')
  expect(ends).toEqual(['upstream_error'])
})
