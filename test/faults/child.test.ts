import { describe, expect, it } from 'vitest'
import { post } from '../app/start-gateway.ts'
import { signalled } from '../support/processes.ts'
import { begin, complete, says as item } from '../support/scripted-codex/exec-steps.ts'
import type { Step } from '../support/scripted-codex/step.ts'
import { answer } from '../support/upstream/answer.ts'
import { message } from '../support/upstream/items.ts'
import { heldAfter, mute } from '../support/upstream/script.ts'
import { ask, chat, fullAnswerOf } from './watched-gateway.ts'
import { startGatewayOnCodex } from './gateway-on-codex.ts'
import { startGatewayOnScriptedCodex } from './gateway-on-scripted-codex.ts'

const engines = ['exec', 'app-server'] as const
const two = { limits: { concurrency: 2 } }

describe.each(engines)('a codex that is killed, on %s,', (engine) => {
  it('is an error with a status before the first word, and in the stream after it; it may be tried again, for nothing was done', async () => {
    await using gateway = await startGatewayOnCodex(engine, two)
    const held = heldAfter(
      'response.output_item.done',
      answer([message('Half'), message('done'), message('and more')]),
      new Promise(() => {}),
      2
    )
    gateway.upstream.answerNext(held, mute)
    const streamed = await chat(gateway.url, true)
    const whole = chat(gateway.url)
    await gateway.upstream.requested(2)
    expect(signalled(gateway.codex(), 'SIGKILL')).toBeGreaterThan(0)
    const answers = [await whole, streamed]
    expect(answers.map(({ status, headers }) => [status, headers.get('x-should-retry')])).toEqual([
      [502, 'true'],
      [200, null]
    ])
    const told = (await Promise.all(answers.map(fullAnswerOf))).join()
    expect(told).toContain('Half')
    expect(told).toMatch(/data: \{"error":\{/)
    expect(told).not.toMatch(/"finish_reason":"|\[DONE\]/)
    await gateway.expectNothingLeft(told, 2)
  })
})

describe.each(engines)('a codex that stands still and takes no signal, on %s,', (engine) => {
  it('is given up in time, and taken down', { timeout: 30_000 }, async () => {
    await using gateway = await startGatewayOnCodex(engine, {
      clocks: { idle: 1_000 },
      ladder: [
        { send: 'SIGINT', patience: 200 },
        { send: 'SIGTERM', patience: 100 }
      ],
      patience: { interrupt: 300 }
    })
    gateway.upstream.answerAll(mute)
    const answer = chat(gateway.url)
    await gateway.upstream.requested()
    const stopped = gateway.codex()
    expect(signalled(stopped, 'SIGSTOP')).toBeGreaterThan(0)
    const response = await answer
    expect(response.status).toBe(504)
    await expect.poll(() => gateway.codex().filter((pid) => stopped.includes(pid)), { timeout: 10_000 }).toEqual([])
    await gateway.expectNothingLeft(await fullAnswerOf(response), 1)
  })
})

describe('a turn of exec', () => {
  const leader: Step = { spawn: 'plain', stdout: 'inherit' }

  it.each<[string, Step[], number, RegExp]>([
    ['whose child holds its output after it ended well', [...begin, leader, item('Done.'), complete], 200, /Done\./],
    [
      'whose child holds its output after it died',
      [...begin, leader, { kill: 'SIGKILL' }],
      502,
      /before the turn was complete/
    ],
    ['that completes and has said nothing', [...begin, complete], 200, /"content":""/],
    ['that completes and has said an empty message', [...begin, item(''), complete], 200, /"content":""/],
    ['that ends and has told nothing at all', [{ exit: 0 }], 502, /without a result/],
    [
      'that says a failure and a success',
      [...begin, { emit: { type: 'turn.failed', error: { message: 'x' } } }, item('late'), complete],
      502,
      /failed to answer/
    ]
  ])('%s has one outcome', async (_, steps, status, words) => {
    await using gateway = await startGatewayOnScriptedCodex([steps])
    const response = await chat(gateway.url)
    expect(response.status).toBe(status)
    const told = await fullAnswerOf(response)
    expect(told).toMatch(words)
    await gateway.expectNothingLeft(told, 1)
  })

  it('that shows life and gets nowhere is ended when its time is over', async () => {
    const beat: Step[] = [
      { emit: { type: 'item.updated', item: { id: 'a', type: 'todo_list', items: [] } } },
      { wait: 20 }
    ]
    await using gateway = await startGatewayOnScriptedCodex(
      [[...begin, ...Array.from({ length: 400 }, () => beat).flat(), complete]],
      { clocks: { total: 2_000 } }
    )
    const response = await chat(gateway.url)
    expect(response.status).toBe(504)
    await gateway.expectNothingLeft(await fullAnswerOf(response), 1)
  })
})

describe('a prompt that is too long', () => {
  it.each([
    ['for the gateway, which starts nothing', 200_001, {}, 0],
    ['for codex, with what exec adds', 1_048_576, { CODEX_MAX_PROMPT_CHARS: '1048576' }, 1]
  ])('is told so: %s', async (_, length, env, starts) => {
    await using gateway = await startGatewayOnCodex('exec', { env })
    const response = await post(`${gateway.url}/v1/chat/completions`, {
      ...ask,
      messages: [{ role: 'user', content: 'x'.repeat(length) }]
    })
    expect(response.status).toBe(400)
    const told = await fullAnswerOf(response)
    expect(told).toContain('"code":"context_length_exceeded"')
    expect([gateway.starts.length, gateway.upstream.count]).toEqual([starts, 0])
    await gateway.expectNothingLeft(told, 1)
  })
})
