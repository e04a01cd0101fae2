import OpenAI from 'openai-newest'
import { describe, expect, it } from 'vitest'
import { commandFolder } from '../support/command.ts'
import { processesWith } from '../support/processes.ts'
import { startServe } from '../support/serve.ts'
import { says } from '../support/upstream/answer.ts'
import { codexBinary } from '../support/upstream/codex-home.ts'
import { failure } from '../support/upstream/failure.ts'
import { mute } from '../support/upstream/script.ts'
import { startUpstream } from '../support/upstream/upstream.ts'
import { startReceiver } from '../webhooks/receiver.ts'

/** 429 as an account's window is used up for so many more seconds. */
const usedUp = (seconds: number) =>
  failure(
    429,
    { message: 'The usage limit has been reached', type: 'usage_limit_reached', plan_type: 'plus' },
    {
      'x-codex-primary-used-percent': '100',
      'x-codex-primary-window-minutes': '300',
      'x-codex-primary-reset-at': String(Math.ceil(Date.now() / 1000) + seconds)
    }
  )

const background = { model: 'gpt-5.5', background: true as const, stream: true as const }
const patient = { timeout: 30_000 }

describe('background responses of a gateway that is killed', () => {
  it(
    'are made by the next one, or interrupted, and reported; one that meets a limit waits',
    { timeout: 120_000 },
    async () => {
      await using folder = await commandFolder()
      await using upstream = await startUpstream(mute)
      await using receiver = await startReceiver()
      const start = () =>
        startServe(folder, [], {
          ...{ CODEX_BIN: codexBinary, CODEX_API_BASE_URL: upstream.url, CODEX_API_KEY: 'sk-scripted' },
          ...{ CODEX_MAX_CONCURRENCY: '1', CODEX_WORKSPACE: folder.path },
          CODEX_WEBHOOK_HOSTS: `127.0.0.1:${receiver.port}`
        })
      const clientOf = (url: string) => new OpenAI({ baseURL: `${url}/v1`, apiKey: 'unneeded', maxRetries: 0 })
      const begun = async (client: OpenAI, input: string) => {
        for await (const event of await client.responses.create({ ...background, input }))
          if (event.type === 'response.created') return event.response.id
        return ''
      }
      const ids: string[] = []
      let secret: string
      {
        await using first = await start()
        const client = clientOf(first.url)
        const types = ['response.completed', 'response.failed'] as const
        secret = (await client.webhooks.create({ name: 'all', url: receiver.url, event_types: [...types] }))
          .signing_secret
        ids.push(await begun(client, 'The first.'))
        await upstream.requested(1)
        ids.push(await begun(client, 'The second.'))
        first.child.kill('SIGKILL')
        await first.child
      }
      await expect.poll(() => processesWith(upstream.url), patient).toEqual([])
      upstream.answerAll(says('Po', 'ng.'))
      await using next = await start()
      const client = clientOf(next.url)
      const statuses = () => Promise.all(ids.map(async (id) => (await client.responses.retrieve(id)).status))
      await expect.poll(statuses, patient).toEqual(['failed', 'completed'])
      const [interrupted, made] = await Promise.all(ids.map((id) => client.responses.retrieve(id)))
      expect(interrupted?.error?.message).toContain('Interrupted')
      expect(made?.output_text).toBe('Pong.')
      expect(upstream.requests.filter(({ body }) => JSON.stringify(body).includes('The first.'))).toHaveLength(1)
      await next.logged('POST /responses in the background turn.completed')

      const events = []
      for await (const event of await client.responses.retrieve(ids[1]!, { stream: true })) events.push(event)
      expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index))
      expect(events.at(-1)?.type).toBe('response.completed')
      const reports = async () => {
        const all = receiver.received.map(({ body, headers }) => client.webhooks.unwrap(body, headers, secret))
        return (await Promise.all(all)).map(({ type, data }) => [type, 'id' in data && data.id]).toSorted()
      }
      await expect.poll(reports, patient).toEqual([
        ['response.completed', ids[1]],
        ['response.failed', ids[0]]
      ])

      upstream.answerNext(usedUp(2))
      const { id } = await client.responses.create({
        ...{ model: 'gpt-5.5', input: 'The third.', background: true, metadata: { when_limited: 'wait' } }
      })
      await expect
        .poll(async () => await client.responses.retrieve(id), patient)
        .toMatchObject({
          status: 'queued',
          waiting_for_reset: { resets_at: expect.any(Number) as number }
        })
      const limitedAt = performance.now()
      await expect.poll(async () => (await client.responses.retrieve(id)).status, patient).toBe('completed')
      expect(performance.now() - limitedAt).toBeLessThan(12_000)
    }
  )
})
