import { expect, it, onTestFinished, vi } from 'vitest'
import { Calls } from '../../../src/engines/app-server/turn/calls.ts'
import { dynamicTools } from '../../../src/engines/app-server/thread/tools.ts'

it('a turn ends after four responses with a wrong call, and only these count', () => {
  const ends: unknown[] = []
  const calls = new Calls(
    () => {},
    (error) => ends.push(error?.code),
    dynamicTools({ input: [], tools: [{ name: 'f' }] })
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

it('a turn with a call ends after 20 s without a further notification, and not once it is closed', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const ended: string[] = []
  const start = (name: string) => {
    const tools = dynamicTools({ input: [], tools: [{ name: 'f' }] })
    const calls = new Calls(
      () => {},
      () => ended.push(name),
      tools
    )
    calls.responseItem({ type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' })
    return calls
  }
  const [noticed, closed] = [start('noticed'), start('closed')]
  start('silent')
  vi.advanceTimersByTime(19_999)
  noticed.notified()
  closed.close()
  expect(ended).toEqual([])
  vi.advanceTimersByTime(1)
  expect(ended).toEqual(['silent'])
  vi.advanceTimersByTime(19_999)
  expect(ended).toEqual(['silent', 'noticed'])
})
