import { describe, expect, it } from 'vitest'
import type { RunTurn } from '../../src/turn/engine.ts'
import { hanging, post, saying, startGateway } from './start-gateway.ts'

const command = {
  type: 'item.started',
  item: { id: 'c', type: 'command_execution', command: 'ls', aggregated_output: '', status: 'in_progress' }
} as const
const admitted = { type: 'turn.admitted', engine: 'scripted', queued_ms: 3 } as const
const isAccess = (line: Record<string, unknown>) => line['route'] === '/turn'

describe('a request that runs a turn', () => {
  it('has the figures of its turn in its headers and in the log', async () => {
    await using gateway = await startGateway({ run: saying('Hello', ' you') })
    const response = await post(`${gateway.url}/v1/turn`, { model: 'gpt\u001b[31m\nx\u2028' })
    expect(await response.json()).toEqual({ said: 'Hello you' })
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-codex-engine': 'scripted',
      'x-codex-thread-id': 'thread-1',
      'x-codex-queue-ms': '3',
      'x-codex-first-text-ms': expect.stringMatching(/^\d+$/) as string
    })
    expect(await gateway.line(isAccess)).toEqual({
      level: 'info',
      time: expect.any(String) as string,
      msg: expect.stringMatching(/^POST \/turn 200 \d+ ms$/) as string,
      id: response.headers.get('x-request-id'),
      principal: expect.stringMatching(/^key_[0-9a-f]{8}$/) as string,
      method: 'POST',
      route: '/turn',
      status: 200,
      model: 'gpt\\u001b[31m\\nx\\u2028',
      engine: 'scripted',
      turn: 'turn.completed',
      ms: expect.any(Number) as number,
      queue_ms: 3,
      first_text_ms: expect.any(Number) as number,
      tokens_in: 7,
      tokens_out: 5
    })
  })

  it('streams, with what is known of the turn in the headers', async () => {
    await using gateway = await startGateway({ run: saying('a', 'b') })
    const response = await post(`${gateway.url}/turn?stream`, {})
    expect(response.headers.get('x-codex-engine')).toBe('scripted')
    expect(await response.text()).toBe('data: "a"\n\ndata: "ab"\n\ndata: [DONE]\n\n')
    expect(await gateway.line(isAccess)).toMatchObject({ status: 200, tokens_out: 5 })
    expect(gateway.lines.filter(isAccess)).toHaveLength(1)
  })

  it.each([
    ['before it started', [admitted], 'true'],
    ['before Codex did anything', [admitted, { type: 'turn.started' } as const], 'true'],
    ['when Codex has acted', [admitted, command], 'false']
  ])(
    'keeps the status of a turn that fails %s, streamed or not, and says whether to try again',
    async (_, events, retry) => {
      const run: RunTurn = async function* () {
        yield* events
        yield { type: 'turn.failed', error: { code: 'rate_limited', message: 'Not so fast.', retry_after: 7 } }
      }
      await using gateway = await startGateway({ run })
      for (const path of retry === 'true' ? ['/turn', '/turn?stream'] : ['/turn']) {
        const response = await post(gateway.url + path, {}) // a stream has begun with what Codex did
        expect([response.status, response.headers.get('x-should-retry'), response.headers.get('retry-after')]).toEqual([
          429,
          retry,
          retry === 'true' ? '7' : null
        ])
        expect(await response.json()).toMatchObject({ error: { message: 'Not so fast.', type: 'rate_limit_error' } })
      }
      expect(await gateway.line(isAccess)).toMatchObject({ status: 429, turn: 'turn.failed', cause: 'rate_limited' })
    }
  )

  it.each([
    ['while it waits for a slot, whole', '/turn', [], 0],
    ['while it runs, whole', '/turn', [admitted], 0],
    [
      'while it runs, streamed',
      '/turn?stream',
      [admitted, { type: 'item.delta', item_id: 'i', item_type: 'agent_message', delta: 'x' } as const],
      1
    ]
  ])('ends its turn when the client leaves %s', async (_, path, events, chunks) => {
    let begun = () => {}
    const running = new Promise<void>((resolve) => (begun = resolve))
    let end = (_: unknown) => {}
    const ended = new Promise<unknown>((resolve) => (end = resolve))
    const run: RunTurn = async function* (request, signal) {
      begun()
      for await (const event of hanging(...events)(request, signal)) {
        if (event.type === 'turn.interrupted') end(signal.reason)
        yield event
      }
    }
    await using gateway = await startGateway({ run })
    const leaving = new AbortController()
    const answer = post(gateway.url + path, {}, {}, leaving.signal)
    await running
    if (chunks > 0) await (await answer).body?.getReader().read()
    leaving.abort()
    await answer.catch(() => {})
    expect(await gateway.line(isAccess)).toMatchObject({ status: 499 })
    expect(await ended).toBe('client')
  })

  it('does not end the turn of another when one leaves', async () => {
    const run: RunTurn = (request, signal) =>
      (request.input.some((part) => part.type === 'text' && part.text.includes('stay'))
        ? saying('here')
        : hanging(admitted))(request, signal)
    await using gateway = await startGateway({ run })
    const leaving = new AbortController()
    const left = post(`${gateway.url}/turn`, { a: 'leave' }, {}, leaving.signal).catch(() => 'left')
    leaving.abort()
    expect(await (await post(`${gateway.url}/turn`, { a: 'stay' })).json()).toEqual({ said: 'here' })
    expect(await left).toBe('left')
  })

  it('is in the debug log, cut, without secrets', async () => {
    await using gateway = await startGateway({
      run: saying('My answer is long'),
      env: { CODEX_DEBUG_LOG: '1', CODEX_LOG_MAX_CHARS: '40' }
    })
    await (await post(`${gateway.url}/turn`, { a: 'sk-test-0123456789abcdefghijkl', b: 'x'.repeat(100) })).text()
    const prompt = await gateway.line(({ msg }) => msg === 'prompt')
    expect(prompt).toMatchObject({
      prompt: expect.stringMatching(/^USER: \{"a":"\[secret\]/) as string,
      chars: expect.any(Number) as number
    })
    expect(gateway.lines.map(({ msg, answer }) => (msg === 'answer' ? answer : msg)).slice(0, -1)).toEqual([
      'prompt',
      'event',
      'event',
      'event',
      'My answer is long',
      'event'
    ])
    await gateway.line(isAccess)
    expect(JSON.stringify(gateway.lines)).not.toContain('sk-test')
  })

  it('is not in the log otherwise', async () => {
    await using gateway = await startGateway({ run: saying('planted-answer') })
    await (
      await post(`${gateway.url}/turn?x=planted-query`, { a: 'planted-prompt' }, { 'user-agent': 'planted-agent' })
    ).text()
    await gateway.line(isAccess)
    expect(JSON.stringify(gateway.lines)).not.toMatch(/planted|sk-test/)
  })
})
