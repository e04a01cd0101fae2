import OpenAI from 'openai'
import Newest from 'openai-newest'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { answer } from '../support/upstream/answer.ts'
import { message } from '../support/upstream/items.ts'
import { startReceiver } from '../webhooks/receiver.ts'
import { toolCall } from '../support/upstream/tool-calls.ts'
import { chat, sharedLimitedGateway } from './limited-gateway.ts'
import type { Failed } from './limited-gateway.ts'

const rules = {
  'principal:racer': '30k tokens a day',
  'principal:paced': '1 request a minute',
  'principal:jumper': '1k tokens a day',
  'principal:warned': '2k tokens a week'
}
const served = sharedLimitedGateway(rules, {
  CODEX_MAX_CONCURRENCY: '40',
  CODEX_ADVERTISED_MODELS: 'gpt-5.5,gpt-5.4',
  CODEX_MODEL: 'gpt-5.5',
  CODEX_WEBHOOK_HOSTS: '127.0.0.1'
})

const oneRequest = { input: 900, output: 100 }

/** The clock stands at this time of a day that is to come, until it is set. Timers go on. */
function clockAt(time: string) {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(`2027-03-10T${time}Z`) })
  onTestFinished(() => void vi.useRealTimers())
}

type Day = Record<'total_tokens' | 'unknown_responses' | 'requests', number>

async function usedTodayBy(key: string): Promise<Day> {
  return ((await (await served().ask(key, '/usage')).json()) as { periods: { day: Day } }).periods.day
}

describe('a small budget', () => {
  it('is passed by at most one request to the model where 32 agents use it at once, and refused from then on', async () => {
    const { ask, keyFor, upstream } = served()
    const key = keyFor('racer')
    upstream.answerNext(answer([message('Done.')], oneRequest)) // what such a turn takes is known from now on
    expect((await ask(key, '/chat/completions', chat())).status).toBe(200)
    const before = upstream.count
    upstream.answerAll((request) => answer([toolCall(request, 'exec_command', { cmd: 'true' })], oneRequest))
    const codes = await Promise.all(
      Array.from({ length: 32 }, async () => {
        const failed = await ask(key, '/chat/completions', chat())
        return [failed.status, ((await failed.json()) as Failed).error.code]
      })
    )
    expect(upstream.count - before).toBeLessThanOrEqual(30)
    expect(upstream.count - before).toBeGreaterThan(10)
    const used = await usedTodayBy(key) // unknown: codex was stopped before it could tell
    expect(used.total_tokens + 1_000 * used.unknown_responses).toBe(1_000 * (1 + upstream.count - before))
    expect(new Set(codes.map(String))).toEqual(new Set(['429,insufficient_quota', '429,rate_limit_exceeded']))
    const rest = (await (await ask(key, '/chat/completions', chat())).json()) as Failed // alone, it may use what is left
    expect(rest.error.code).toBe('insufficient_quota')
    expect([30_000, 31_000]).toContain((await usedTodayBy(key)).total_tokens)
  })

  it.each([OpenAI, Newest as unknown as typeof OpenAI])('is no reason for an SDK to ask again', async (Client) => {
    const { baseURL, keyFor, upstream } = served()
    const before = upstream.count
    let asked = 0
    const counting: typeof fetch = (input, init) => ((asked += 1), fetch(input, init))
    const client = new Client({ baseURL, apiKey: keyFor('racer'), fetch: counting })
    for (const call of [
      () => client.chat.completions.create(chat()),
      () => client.responses.create({ model: 'gpt-5.5', input: 'Go on.' }),
      () => client.chat.completions.create({ ...chat(), stream: true })
    ])
      await expect(call()).rejects.toMatchObject({ status: 429, code: 'insufficient_quota' })
    expect([asked, upstream.count]).toEqual([3, before])
  })
})

it.each([OpenAI, Newest as unknown as typeof OpenAI])(
  'a pace is kept by an SDK by itself: it asks again when the minute is over',
  async (Client) => {
    clockAt(Client === OpenAI ? '12:00:59' : '12:30:59')
    const { baseURL, keyFor, upstream } = served()
    upstream.answerAll(answer([message('Done.')], oneRequest))
    const statuses: number[] = []
    const noting: typeof fetch = async (input, init) => {
      const response = await fetch(input, init)
      statuses.push(response.status)
      if (response.status === 429) {
        expect(response.headers.get('retry-after')).toBe('1')
        vi.setSystemTime(Date.now() + 1_000)
      }
      return response
    }
    const client = new Client({ baseURL, apiKey: keyFor('paced'), fetch: noting })
    await client.chat.completions.create(chat())
    const asked = performance.now()
    await client.chat.completions.create(chat())
    expect(performance.now() - asked).toBeGreaterThan(900)
    expect(statuses).toEqual([200, 429, 200])
  }
)

it('a clock that jumps gives out no budget twice, and no minute lasts for ever', async () => {
  clockAt('20:00:00')
  const { ask, keyFor, upstream } = served()
  const [key, paced] = [keyFor('jumper'), keyFor('paced')]
  upstream.answerAll(answer([message('Done.')], oneRequest))
  const statusAt = async (time: string, asking = key) => {
    vi.setSystemTime(Date.parse(time))
    return (await ask(asking, '/chat/completions', chat())).status
  }
  expect(await statusAt('2027-03-10T20:00:00Z')).toBe(200)
  expect(await statusAt('2027-03-10T20:00:10Z')).toBe(429)
  expect(await statusAt('2027-03-09T12:00:00Z')).toBe(429)
  expect(await statusAt('2027-03-11T00:00:00Z')).toBe(200)
  expect(await statusAt('2027-03-10T20:00:20Z')).toBe(429)
  expect(await statusAt('2027-03-10T20:00:20Z', paced)).toBe(200)
})

it('a gateway says whether usage can be stored', async () => {
  const message = expect.stringMatching(/^usage is stored/) as string
  expect(await served().gateway.codex.readiness()).toContainEqual({ name: 'usage', ok: true, message })
})

it('80 and 100 percent of a limit are reported to a webhook, which the SDK verifies', async () => {
  const { ask, keyFor, upstream } = served()
  await using receiver = await startReceiver()
  const key = keyFor('warned')
  const wanted = { name: 'mine', url: receiver.url, event_types: ['usage.threshold_reached', 'usage.limit_reached'] }
  const { signing_secret: secret } = (await (await ask(key, '/webhook_endpoints', wanted)).json()) as {
    signing_secret: string
  }
  upstream.answerAll(answer([message('Done.')], { input: 700, output: 100 }))
  for (const used of [800, 1_600, 2_400]) {
    expect((await ask(key, '/chat/completions', chat())).status).toBe(200)
    expect(await usedTodayBy(key)).toMatchObject({ total_tokens: used })
  }
  await expect.poll(() => receiver.received, { timeout: 20_000 }).toHaveLength(2)
  const events = await Promise.all(
    receiver.received.map(({ body, headers }) => new OpenAI({ apiKey: 'x' }).webhooks.unwrap(body, headers, secret))
  )
  const data = { id: 'principal:warned', limit: '2,000 tokens a week', max: 2_000 }
  expect(events.toSorted((one, other) => one.type.localeCompare(other.type)).toReversed()).toMatchObject([
    { type: 'usage.threshold_reached', data: { ...data, threshold: 80, used: 1_600 } },
    { type: 'usage.limit_reached', data: { ...data, threshold: 100, used: 2_400 } }
  ])
})

it('the windows of the account are in the headers of answers, and stay when an answer comes without', async () => {
  const { ask, keyFor, upstream } = served()
  const key = keyFor('anna')
  const resets = Math.ceil(Date.now() / 1000) + 200 * 86_400 // the clock of these tests was ahead
  const window = (place: string, percent: number, minutes: number) => ({
    [`x-codex-${place}-used-percent`]: String(percent),
    [`x-codex-${place}-window-minutes`]: String(minutes),
    [`x-codex-${place}-reset-at`]: String(resets)
  })
  const windows = { ...window('primary', 42, 300), ...window('secondary', 7, 10_080) }
  upstream.answerNext({ ...answer([message('Done.')]), headers: { 'content-type': 'text/event-stream', ...windows } })
  for (let turn = 0; turn < 2; turn++) await ask(key, '/chat/completions', chat())
  const shown = async () => {
    const { headers } = await ask(key, '/chat/completions', chat())
    return Object.fromEntries(Object.keys(windows).map((name) => [name, headers.get(name)]))
  }
  await expect.poll(shown, { timeout: 20_000 }).toEqual(windows)
})
