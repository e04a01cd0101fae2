import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { errorBody } from '../../support/openai-schemas.ts'
import { admitted, completed, gate, message, stuck, turn } from '../../support/scripted-engine.ts'
import { ask, startResponses } from './start-responses.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'memory-'))
})
afterEach(() => rm(home, { recursive: true }))

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const image = (bytes: number) =>
  `data:image/png;base64,${Buffer.concat([Buffer.from(png, 'base64'), Buffer.alloc((bytes * 3) / 4)]).toString('base64')}`
const withImage = [{ role: 'user', content: [{ type: 'input_image', image_url: image(400_000) }] }]
const errorOf = async (response: Response) => [response.status, errorBody.parse(await response.json()).error.code]

it('a conversation is counted before it is read: many that go on from a large one are refused', async () => {
  const { step, reached } = stuck()
  let isStuck = false
  const script = () => (isStuck ? [admitted, step] : turn(...message('m', 'pong')))
  await using served = await startResponses(script, {
    home,
    bodies: { totalBytes: 5_000_000 },
    maxPromptChars: 1e9,
    maxBodyBytes: 900_000
  })
  let id: string | undefined
  for (let count = 0; count < 5; count++) {
    const response = await served.post({ ...ask, input: withImage, previous_response_id: id })
    expect(response.status).toBe(200)
    id = ((await response.json()) as { id: string }).id
  }
  isStuck = true
  const leaving = new AbortController()
  const first = served.post({ ...ask, previous_response_id: id }, leaving.signal).catch(() => {})
  await reached
  const others = await Promise.all(Array.from({ length: 30 }, () => served.post({ ...ask, previous_response_id: id })))
  expect(new Set(others.map(({ status }) => status))).toEqual(new Set([503]))
  expect(others[0]?.headers.get('retry-after')).toBe('1')
  leaving.abort()
  await first
})

it('a response in the background has its memory until it is complete, not only until its request is answered', async () => {
  const { step, open } = gate()
  await using served = await startResponses([admitted, step, ...message('m', 'pong'), completed], {
    home,
    bodies: { totalBytes: 1_000_000 },
    maxPromptChars: 1e9,
    maxBodyBytes: 500_000
  })
  const post = () => served.post({ ...ask, input: withImage, background: true })
  const first = await post()
  await first.arrayBuffer()
  expect([first.status, (await post()).status]).toEqual([200, 503])
  open()
  await served.line(({ msg }) => /in the background/.test(String(msg)))
  expect((await post()).status).toBe(200)
})

it('one that can never be read is refused for good', async () => {
  const start = (totalBytes: number) =>
    startResponses(turn(...message('m', 'pong')), {
      home,
      bodies: { totalBytes },
      maxPromptChars: 1e9,
      maxBodyBytes: 900_000
    })
  let id: string | undefined
  {
    await using served = await start(10_000_000)
    for (let count = 0; count < 3; count++) {
      const response = await served.post({ ...ask, input: withImage, previous_response_id: id })
      id = ((await response.json()) as { id: string }).id
    }
  }
  await using served = await start(2_000_000)
  const response = await served.post({ ...ask, previous_response_id: id })
  expect(await errorOf(response)).toEqual([400, 'context_length_exceeded'])
})

it('a stored conversation is counted before it is read, too: its items, and what goes on from it', async () => {
  await using served = await startResponses(turn(...message('m', 'pong')), {
    home,
    bodies: { totalBytes: 2_000_000 },
    maxPromptChars: 1e9,
    maxBodyBytes: 900_000
  })
  const { id } = (await (await served.request('POST', 'conversations', {})).json()) as { id: string }
  for (let count = 0; count < 3; count++)
    expect((await served.request('POST', `conversations/${id}/items`, { items: withImage })).status).toBe(200)
  const refused = [400, 'context_length_exceeded']
  expect(await errorOf(await served.post({ ...ask, conversation: id }))).toEqual(refused)
  expect(await errorOf(await served.request('GET', `conversations/${id}/items`))).toEqual(refused)
  expect((await served.request('GET', `conversations/${id}/items?limit=1`)).status).toBe(200)
  expect((await served.request('DELETE', `conversations/${id}`)).status).toBe(200) // it was left free
})
