import { describe, expect, it } from 'vitest'
import { begin, complete, says } from '../support/scripted-codex/exec-steps.ts'
import type { Step } from '../support/scripted-codex/step.ts'
import { chat, fullAnswerOf } from './watched-gateway.ts'
import { canaries } from './invariants.ts'
import { startGatewayOnScriptedCodex } from './gateway-on-scripted-codex.ts'

const leak = `${canaries.key} ${canaries.url} ${canaries.prompt}`
const delicate = [{ stderr: `${leak}\n` }, ...begin]
const silent = { clocks: { idle: 300 } }

describe('a fault of codex', () => {
  it.each<[string, Step[], number]>([
    ['is killed', [...delicate, { kill: 'SIGKILL' }], 502],
    ['exits before the end', [...delicate, { exit: 1 }], 502],
    [
      'fails with words that nobody may hear',
      [
        ...delicate,
        { emit: { type: 'turn.failed', error: { message: `unexpected status 401 Unauthorized: ${leak}` } } },
        { exit: 1 }
      ],
      502
    ],
    ['is silent', [...delicate, { hang: true }], 504],
    [
      'is silent and takes no signal',
      [{ ignore: ['SIGINT', 'SIGTERM'] }, ...delicate, { spawn: 'stubborn' }, { hang: true }],
      504
    ]
  ])('that %s keeps its status, streamed or not, and leaves nothing', async (_, steps, status) => {
    await using gateway = await startGatewayOnScriptedCodex([steps, steps], status === 504 ? silent : undefined)
    const answers = [await chat(gateway.url), await chat(gateway.url, true)]
    expect(answers.map((answer) => answer.status)).toEqual([status, status])
    await gateway.expectNothingLeft((await Promise.all(answers.map(fullAnswerOf))).join(), 2)
  })

  it('after the first text is an error in the stream, which has no end of its own', async () => {
    await using gateway = await startGatewayOnScriptedCodex([
      [...delicate, says('Half'), says('Rest', 'item_1'), { gate: 'die' }, { kill: 'SIGKILL' }] // a message is sent when it is known whether it is the last
    ])
    const answer = await chat(gateway.url, true)
    gateway.codex.open('die')
    const told = await fullAnswerOf(answer)
    expect(told).toContain('Half')
    expect(told).toMatch(/data: \{"error":\{[^\n]*\n\n/)
    expect(told).not.toMatch(/"finish_reason":"/)
    await gateway.expectNothingLeft(told, 1)
  })

  it('is none when a turn that went well leaves a daemon', async () => {
    await using gateway = await startGatewayOnScriptedCodex([[...begin, { spawn: 'setsid' }, says('Done.'), complete]])
    const told = await fullAnswerOf(await chat(gateway.url))
    expect(told).toContain('Done.')
    await gateway.expectNothingLeft(told, 1)
  })
})

describe('a client', () => {
  it('that leaves while it waits frees its place, and while its turn runs its slot; a third is refused at once', async () => {
    await using gateway = await startGatewayOnScriptedCodex([[...delicate, { spawn: 'nohup' }, { hang: true }]])
    const leaving = new AbortController()
    const running = chat(gateway.url, false, leaving.signal).catch(() => 'left')
    await gateway.codex.until(([run]) => run?.children.length === 1)
    const waiting = chat(gateway.url, true, leaving.signal).catch(() => 'left')
    await expect.poll(() => gateway.queue.waiting).toBe(1)
    const refused = await chat(gateway.url)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '20'])
    leaving.abort()
    expect(await Promise.all([running, waiting])).toEqual(['left', 'left'])
    await expect.poll(() => gateway.queue.waiting).toBe(0)
    await gateway.expectNothingLeft(await fullAnswerOf(refused), 3)
    expect(gateway.codex.runs()).toHaveLength(2)
  })
})
