import { expect, it } from 'vitest'
import { CallPlaces, rootOf, rendezvous } from '../../../src/engines/brokered/affinity.ts'
import { fittingWorker, onlyWorkers } from '../../../src/engines/brokered/fitting.ts'
import { Roster } from '../../../src/engines/brokered/roster.ts'
import type { TurnRequest } from '../../../src/turn/request.ts'
import { beat } from './beats.ts'

const names = Array.from({ length: 8 }, (_, index) => `w${index}`)
const rosterOf = (more: Parameters<typeof beat>[0] = {}) => {
  const roster = new Roster()
  for (const worker of names) roster.noteBeat(beat({ worker, ...more }))
  return roster
}
const request: TurnRequest = { input: [{ type: 'text', text: 'Hi.' }] }
const usual = rendezvous(
  rootOf(request),
  names.map((worker) => ({ worker }))
)?.worker as string
const other = names.find((name) => name !== usual) as string
const withResult = (id: string): TurnRequest => ({
  input: [],
  history: [{ type: 'tool_result', call_id: id, output: [] }]
})

it('a turn is offered to the worker of its conversation', () => {
  expect(fittingWorker(request, rosterOf(), new CallPlaces())).toBe(usual)
  expect(fittingWorker(request, new Roster(), new CallPlaces())).toBeUndefined()
})

it('a turn is offered to the worker of its thread, while that takes turns', () => {
  const roster = rosterOf()
  const continued: TurnRequest = { ...request, thread: { kind: 'continued', id: 't', worker: other } as never }
  expect(fittingWorker(continued, roster, new CallPlaces())).toBe(other)
  roster.noteBeat(beat({ worker: other, draining: true }))
  expect(fittingWorker(continued, roster, new CallPlaces())).toBe(usual)
  const begun: TurnRequest = { ...request, thread: { kind: 'new', worker: other } as never }
  expect(fittingWorker(begun, rosterOf(), new CallPlaces())).toBe(usual)
})

it('a turn is offered to the worker that made the call whose result it brings, and to no other for that', () => {
  const calls = new CallPlaces()
  calls.note('call', other)
  const unknown = fittingWorker(withResult('x'), rosterOf(), calls)
  const at = names.find((name) => name !== fittingWorker(withResult('call'), rosterOf(), new CallPlaces())) as string
  calls.note('call', at)
  expect(fittingWorker(withResult('call'), rosterOf(), calls)).toBe(at)
  calls.note('call', 'gone')
  expect(names).toContain(fittingWorker(withResult('call'), rosterOf(), calls))
  expect(names).toContain(unknown)
})

it('a turn is offered only where its workspace is', () => {
  const roster = rosterOf({ workspaces: [] })
  roster.noteBeat(beat({ worker: other, workspaces: ['one'] }))
  expect(fittingWorker({ ...request, workspace: 'one' }, roster, new CallPlaces())).toBe(other)
  expect(onlyWorkers({ ...request, workspace: 'one' }, roster)).toEqual([other])
  expect(onlyWorkers({ ...request, workspace: 'two' }, roster)).toEqual([])
  expect([onlyWorkers(request, roster), onlyWorkers({ ...request, workspace: 'one' }, rosterOf())]).toEqual([
    undefined,
    undefined
  ])
})

it('the workers of the last ten thousand calls are remembered, a call that is made again as a late one', () => {
  const calls = new CallPlaces()
  const of = (id: number) => calls.of(withResult(String(id)))
  for (let id = 0; id < 10_000; id++) calls.note(String(id), `w${id}`)
  expect([of(0), of(9_999)]).toEqual(['w0', 'w9999'])
  calls.note('0', 'again')
  calls.note('10000', 'w10000')
  expect([of(0), of(1), of(2), of(10_000)]).toEqual(['again', undefined, 'w2', 'w10000'])
  expect(calls.of({ ...request, history: [{ type: 'tool_call', call_id: '2', name: 'f', arguments: '' }] })).toBe(
    undefined
  )
  expect(calls.of(request)).toBeUndefined()
})
