import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SessionRequests } from '../../src/sessions/requests.ts'
import type { SessionRequest } from '../../src/sessions/request.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function startRequests(canAsk = true) {
  const changes: SessionRequest[] = []
  const answers: (object | 'declined')[] = []
  const requests = new SessionRequests({ canAsk: () => canAsk, patienceMs: 1_000, changed: (one) => changes.push(one) })
  const ask = (method: string, params: object = {}) =>
    requests.ask({
      method,
      params,
      answer: (result) => answers.push(result),
      decline: () => answers.push('declined')
    })
  return { requests, changes, answers, ask, last: () => changes.at(-1)!.requestId }
}

const command = 'item/commandExecution/requestApproval'

describe('a question of codex', () => {
  it.each<[string, object, object, object]>([
    [command, {}, { decision: 'accept' }, { decision: 'accept' }],
    [command, {}, { decision: 'cancel' }, { decision: 'cancel' }],
    ['item/fileChange/requestApproval', {}, { decision: 'acceptForSession' }, { decision: 'acceptForSession' }],
    [
      'item/permissions/requestApproval',
      { permissions: { network: { enabled: true }, fileSystem: null } },
      { decision: 'accept' },
      { permissions: { network: { enabled: true } }, scope: 'turn' }
    ],
    [
      'item/permissions/requestApproval',
      { permissions: { network: { enabled: true } } },
      { decision: 'decline' },
      { permissions: {}, scope: 'turn' }
    ],
    [
      'item/tool/requestUserInput',
      { questions: [{ id: 'a' }, { id: 'b' }] },
      { answers: { a: 'one', b: ['two', 'three'] } },
      { answers: { a: { answers: ['one'] }, b: { answers: ['two', 'three'] } } }
    ],
    [
      'mcpServer/elicitation/request',
      { mode: 'form' },
      { decision: 'accept', content: { name: 'x' } },
      { action: 'accept', content: { name: 'x' }, _meta: null }
    ],
    [
      'mcpServer/elicitation/request',
      { mode: 'form' },
      { decision: 'decline', content: { name: 'x' } },
      { action: 'decline', content: null, _meta: null }
    ]
  ])('of the kind %s %j is answered by %j', (method, params, said, result) => {
    const { requests, answers, ask, last } = startRequests()
    expect(ask(method, params)).toBe(true)
    expect(requests.answer(last(), said, 'ada')).toMatchObject({ status: 'answered', answeredBy: 'ada', result })
    expect(answers).toEqual([result])
    expect(() => requests.answer(last(), said, 'ada')).toThrow('answered already')
    expect(requests.pending).toEqual([])
  })

  it('is only answered by what it allows', () => {
    const { requests, answers, ask, last } = startRequests()
    ask(command, { availableDecisions: ['accept', 'cancel', { applyNetworkPolicyAmendment: {} }] })
    const wider = () => requests.answer(last(), { decision: 'acceptForSession' }, 'ada')
    expect(wider).toThrow("supported values are 'accept', 'decline', 'cancel'")
    expect(() => requests.answer(last(), {}, 'ada')).toThrow("'decision'")
    ask('item/tool/requestUserInput', { questions: [{ id: 'a' }] })
    expect(() => requests.answer(last(), { answers: { z: 'x' } }, 'ada')).toThrow('no question z')
    expect(() => requests.answer('req_other', { decision: 'accept' }, 'ada')).toThrow('no such request')
    expect([answers, requests.pending.length]).toEqual([[], 2])
  })

  it('is declined when nobody answers in time, and when its turn is over', () => {
    const { requests, changes, answers, ask } = startRequests()
    ask(command)
    vi.advanceTimersByTime(999)
    expect(answers).toEqual([])
    vi.advanceTimersByTime(1)
    ask(command)
    requests.cancelAll()
    vi.advanceTimersByTime(5_000)
    expect(answers).toEqual(['declined', 'declined'])
    expect(changes.map(({ status }) => status)).toEqual(['pending', 'expired', 'pending', 'cancelled'])
    expect(() => requests.answer(changes[0]!.requestId, { decision: 'accept' }, 'ada')).toThrow('answered already')
  })

  it('is put to nobody where that is not allowed, that nobody can answer, or where too many wait', () => {
    expect(startRequests(false).ask(command)).toBe(false)
    const { requests, changes, ask } = startRequests()
    expect(ask('currentTime/read')).toBe(false)
    expect(ask('mcpServer/elicitation/request', { mode: 'openai/userVerification' })).toBe(false)
    expect(changes).toEqual([])
    for (let n = 0; n < 40; n++) ask(command)
    expect(requests.pending).toHaveLength(32)
    requests.cancelAll()
  })
})

it('is declined also while nothing can be stored, which harms nobody else', () => {
  const decline = vi.fn<() => void>()
  let isFull = false
  const changed = () => {
    if (isFull) throw new Error('disk full')
  }
  const requests = new SessionRequests({ canAsk: () => true, patienceMs: 1_000, changed })
  const ask = () => requests.ask({ method: command, params: {}, answer: () => {}, decline })
  ask()
  isFull = true
  vi.advanceTimersByTime(1_000)
  isFull = false
  ask()
  ask()
  isFull = true
  requests.cancelAll()
  expect([decline.mock.calls.length, requests.pending]).toEqual([3, []])
})
