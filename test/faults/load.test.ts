import { describe, expect, it } from 'vitest'
import { post } from '../app/start-gateway.ts'
import { megabytesOf } from '../support/descriptors.ts'
import { begin, complete, says, turn } from '../support/scripted-codex/exec-steps.ts'
import { ask, chat, otherToken, fullAnswerOf } from './watched-gateway.ts'
import { startGatewayOnScriptedCodex } from './gateway-on-scripted-codex.ts'
import { startServeOnScriptedCodex } from './serve-on-scripted-codex.ts'
import type { ServeOnScriptedCodex } from './serve-on-scripted-codex.ts'

const numbered = (count: number) => Array.from({ length: count }, (_, index) => index)
const gated = [...begin, { gate: 'go' }, says('In time.'), complete]

/** Asks `/healthz` again and again until told to stop. */
function watchHealth(url: string): () => Promise<void> {
  let over = false
  const watching = (async () => {
    while (!over) {
      expect((await fetch(`${url}/healthz`)).status).toBe(200)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })()
  return () => ((over = true), watching)
}

/** The 99th of a hundred milliseconds that the gateway took by its own clock: client and gateway share this machine. */
function slowest({ log }: Pick<ServeOnScriptedCodex, 'log'>, route: string, status: number): number {
  const times = log
    .flatMap((line) => (line['route'] === route && line['status'] === status ? Number(line['ms']) : []))
    .sort((one, other) => one - other)
  return times[Math.floor(times.length * 0.99)] ?? NaN
}

// Both take long on a busy machine, and say nothing about time.
const patience = 60_000

describe('a thousand requests at once', () => {
  it(
    'are run in the slots, wait in line, or are refused; none is cut off, and the next works',
    async () => {
      await using gateway = await startServeOnScriptedCodex([turn('First.'), ...numbered(18).map(() => gated)], {
        env: { CODEX_TOKEN_MAX_QUEUE: '16' }
      })
      const health = watchHealth(gateway.url)
      let refused = 0
      const answers = numbered(1_000).map(async () => {
        const response = await chat(gateway.url)
        if (response.status === 429 && ++refused === 982) gateway.codex.open('go')
        return {
          status: response.status,
          retry: response.headers.get('retry-after'),
          told: await fullAnswerOf(response)
        }
      })
      const all = await Promise.all(answers)
      const [told, memory] = [all.map((one) => one.told).join(), Math.round(megabytesOf(gateway.pid))]
      await health()
      const late = all.filter(({ status }) => status === 429)
      expect([late.length, all.filter(({ status }) => status === 200).length]).toEqual([982, 18])
      const seconds = new Set(late.map(({ retry }) => Number(retry)))
      expect([Math.min(...seconds) >= 1, Math.max(...seconds) <= 55]).toEqual([true, true])
      expect(seconds.size).toBeGreaterThan(10) // not all come again at once
      const asked = performance.now()
      await gateway.expectNothingLeft(told, 1_000)
      console.log(
        `1,000 at once: p99 of the refusals ${slowest(gateway, '/chat/completions', 429)} ms, of /healthz meanwhile ${slowest(gateway, '/healthz', 200)} ms; RSS ${memory} MB; afterwards an ordinary one, and all looked after, in ${Math.round(performance.now() - asked)} ms`
      )
    },
    patience
  )
})

describe('twenty bodies of ten megabytes at once', () => {
  it(
    'are each answered, and never all held',
    async () => {
      await using gateway = await startServeOnScriptedCodex([turn('First.')])
      const large = { ...ask, messages: [{ role: 'user', content: 'x'.repeat(10_485_760) }] }
      const answers = await Promise.all(numbered(20).map(() => post(`${gateway.url}/v1/chat/completions`, large)))
      const [told, memory] = [await Promise.all(answers.map(fullAnswerOf)), Math.round(megabytesOf(gateway.pid))]
      expect(answers.filter(({ status }) => status !== 400 && status !== 503).map(({ status }) => status)).toEqual([])
      expect(answers.map(({ status }) => status)).toContain(400) // too long to be run, but read
      expect(memory).toBeLessThan(500)
      await gateway.expectNothingLeft(told.join(), 20)
      console.log(
        `20 bodies of 10 MiB: ${answers.filter(({ status }) => status === 503).length} refused before they were read; RSS ${memory} MB`
      )
    },
    patience
  )
})

describe('a line', () => {
  it('in which one has waited too long is left with 503', async () => {
    await using gateway = await startGatewayOnScriptedCodex([gated], { limits: { patience: 200 } })
    const running = chat(gateway.url)
    await gateway.codex.until((runs) => runs.length === 1)
    const late = await chat(gateway.url)
    expect([late.status, late.headers.get('x-should-retry'), late.headers.get('retry-after')]).toEqual([
      503,
      'true',
      '20' // as long as no turn has ended they are taken to last 10 s
    ])
    gateway.codex.open('go')
    const told = (await Promise.all([fullAnswerOf(await running), fullAnswerOf(late)])).join()
    expect(told).toContain('In time.')
    await gateway.expectNothingLeft(told, 2)
    expect(gateway.codex.runs()).toHaveLength(2)
  })

  it('that one token floods is not closed to another, which waits for one slot only', async () => {
    const step = (number: number) => [...begin, { gate: `go-${number}` }, says('Served.'), complete]
    await using gateway = await startGatewayOnScriptedCodex(numbered(4).map(step), {
      limits: { queue: 4, perClient: { queue: 2 } }
    })
    const order: string[] = []
    const asked = (name: string, token?: string) =>
      chat(gateway.url, false, undefined, token).then(async (answer) => {
        if (answer.status === 200) order.push(name)
        return fullAnswerOf(answer)
      })
    const flood = [asked('greedy')]
    await gateway.codex.until((runs) => runs.length === 1)
    flood.push(...numbered(9).map(() => asked('greedy')))
    await expect.poll(() => gateway.lines.filter(({ status }) => status === 429).length).toBe(7)
    const modest = asked('modest', otherToken)
    await expect.poll(() => gateway.queue.waiting).toBe(3)
    for (const number of numbered(4)) {
      gateway.codex.open(`go-${number}`)
      await expect.poll(() => order.length).toBe(number + 1)
    }
    expect(order).toEqual(['greedy', 'modest', 'greedy', 'greedy'])
    await gateway.expectNothingLeft((await Promise.all([...flood, modest])).join(), 11)
  })
})
