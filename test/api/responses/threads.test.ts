import { rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import OpenAI from 'openai'
import type { ResponseCreateParamsNonStreaming, ResponseInputItem } from 'openai/resources/responses/responses'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { says } from '../../support/upstream/answer.ts'
import type { UpstreamRequest } from '../../support/upstream/request.ts'
import { runs } from '../../support/upstream/tool-calls.ts'
import { startRestartableGateway, tokens } from './restartable-gateway.ts'
import type { RestartableGateway } from './restartable-gateway.ts'

/** Answers with how many answers the model was shown. */
const counting = (request: UpstreamRequest) =>
  says(`Answer ${JSON.stringify(request.body.input).split(/Answer (?=\d)/).length}.`)

/** The same model as the others, with another sandbox. */
const writer = { model: 'gpt-5.5', sandbox: 'workspace-write' }

describe.each(['exec', 'app-server'])('a conversation of responses on %s', (engine) => {
  let gateway: RestartableGateway
  beforeAll(async () => {
    gateway = await startRestartableGateway(counting, {
      CODEX_ENGINE: engine,
      CODEX_MODEL_ALIASES: JSON.stringify({ writer })
    })
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  const client = (token = 0) => new OpenAI({ baseURL: gateway.url(), apiKey: tokens[token], maxRetries: 0 })
  /** The response, and the id of the thread that a header tells. */
  const ask = async (input: string, more: Partial<ResponseCreateParamsNonStreaming> = {}) => {
    const { data, response } = await client()
      .responses.create({ model: 'gpt-5.5', input, ...more })
      .withResponse()
    return {
      id: data.id,
      text: data.output_text,
      usage: data.usage,
      thread: response.headers.get('x-codex-thread-id')!
    }
  }
  const sent = () => JSON.stringify(gateway.upstream.requests.at(-1)!.body.input)
  const key = () => gateway.upstream.requests.at(-1)!.body.prompt_cache_key
  const rolloutsOf = async (thread: string) => (await gateway.rollouts()).filter((path) => path.includes(thread))

  it('is one codex thread, streamed or not, and each response reports its own tokens', async () => {
    const first = await ask('One?', { instructions: 'Be brief.' })
    const stream = client().responses.stream({
      model: 'gpt-5.5',
      input: 'Two?',
      instructions: 'Be brief.',
      previous_response_id: first.id
    })
    const second = await stream.finalResponse()
    const third = await ask('Three?', { instructions: 'Be brief.', previous_response_id: second.id })
    expect([first.text, second.output_text, third.text]).toEqual(['Answer 1.', 'Answer 2.', 'Answer 3.'])
    expect([first, second, third].map(({ usage }) => [usage?.input_tokens, usage?.output_tokens])).toEqual([
      [100, 20],
      [100, 20],
      [100, 20]
    ])
    expect([third.thread, key()]).toEqual([first.thread, first.thread])
    expect(sent().split('Be brief.')).toHaveLength(2)
    expect(await rolloutsOf(first.thread)).toHaveLength(1)
  })

  it('outlives the gateway', async () => {
    const first = await ask('One?')
    await gateway.restart()
    const second = await ask('Two?', { previous_response_id: first.id })
    expect([second.text, second.thread, second.usage?.input_tokens]).toEqual(['Answer 2.', first.thread, 100])
  })

  it('branches, and no branch sees another', async () => {
    const root = await ask('Root?')
    const [left, right] = await Promise.all([
      ask('Left?', { previous_response_id: root.id }),
      ask('Right?', { previous_response_id: root.id })
    ])
    expect(new Set([root.thread, left.thread, right.thread]).size).toBe(2)
    for (const [branch, own, other] of [
      [left, 'Left?', 'Right?'],
      [right, 'Right?', 'Left?']
    ] as const) {
      const further = await ask('Further?', { previous_response_id: branch.id })
      expect([further.text, further.thread]).toEqual(['Answer 3.', branch.thread])
      expect([sent().includes('Root?'), sent().includes(own), sent().includes(other)]).toEqual([true, true, false])
    }
  })

  it('whose thread is gone continues in a new one, with the whole history', async () => {
    const first = await ask('One?')
    for (const path of await rolloutsOf(first.thread)) await rm(join(gateway.home, path))
    const second = await ask('Two?', { previous_response_id: first.id })
    expect([second.text, second.thread === first.thread]).toEqual(['Answer 2.', false])
    expect(sent()).toMatch(/One\?.*Answer 1\..*Two\?/s)
    expect((await ask('Three?', { previous_response_id: second.id })).thread).toBe(second.thread)
  })

  it.each<[string, Partial<ResponseCreateParamsNonStreaming>]>([
    ['other instructions', { instructions: 'Rhyme.' }],
    ['another model', { model: 'gpt-5.6-sol' }],
    ['another sandbox', { model: 'writer' }]
  ])('with %s continues in a new thread', async (_title, more) => {
    const first = await ask('One?')
    const second = await ask('Two?', { ...more, previous_response_id: first.id })
    expect([second.text, second.thread === first.thread]).toEqual(['Answer 2.', false])
  })

  it('with tools of its client is in no persistent thread, where a call would appear interrupted', async () => {
    const first = await ask('One?')
    const before = await gateway.rollouts()
    const tools = [{ type: 'function' as const, name: 'f', parameters: {}, strict: false }]
    const second = await ask('Two?', { tools, previous_response_id: first.id })
    await ask('Alone?', { tools })
    expect([second.text, second.thread === first.thread]).toEqual(['Answer 2.', false])
    expect(await gateway.rollouts()).toEqual(before)
    expect((await ask('Three?', { previous_response_id: second.id })).text).toBe('Answer 3.')
  })

  it('that its client sends whole each time leaves no thread for each, and continues in a warm one where the engine has them', async () => {
    const input: ResponseInputItem[] = []
    const before = await gateway.rollouts()
    const keys: unknown[] = []
    let id = ''
    for (const words of ['One?', 'Two?', 'Three?', 'Four?']) {
      input.push({ role: 'user', content: words })
      const response = await client().responses.create({ model: 'gpt-5.5', input })
      id = response.id
      input.push(...(response.output as ResponseInputItem[]))
      keys.push(key())
    }
    expect((await gateway.rollouts()).length - before.length).toBe(1)
    expect(new Set(keys.slice(1)).size).toBe(engine === 'app-server' ? 1 : 3)
    expect((await ask('Five?', { previous_response_id: id })).text).toBe('Answer 5.')
  })

  it('leaves nothing on disk where a response is not to be stored', async () => {
    const first = await ask('One?')
    const before = await gateway.rollouts()
    const { thread, text } = await ask('A secret?', { store: false, previous_response_id: first.id })
    expect(text).toBe('Answer 2.')
    await ask('Alone?', { store: false })
    await client().chat.completions.create({ model: 'gpt-5.5', messages: [{ role: 'user', content: 'Hello?' }] })
    expect(await gateway.rollouts()).toEqual(before)
    expect((await gateway.files()).filter((path) => path.includes(thread))).toEqual([])
    expect((await ask('Two?', { previous_response_id: first.id })).text).toBe('Answer 2.')
  })

  it('is gone with its response', async () => {
    const first = await ask('One?')
    expect(await rolloutsOf(first.thread)).toHaveLength(1)
    await client().responses.delete(first.id)
    expect(await rolloutsOf(first.thread)).toEqual([])
  })

  it('is its token’s alone', async () => {
    const first = await ask('One?')
    const other = client(1).responses
    await expect(
      other.create({ model: 'gpt-5.5', input: 'Who?', previous_response_id: first.id })
    ).rejects.toMatchObject({ status: 400, code: 'previous_response_not_found' })
    await expect(other.retrieve(first.id)).rejects.toMatchObject({ status: 404 })
    await expect(other.delete(first.id)).rejects.toMatchObject({ status: 404 })
    expect((await ask('Two?', { previous_response_id: first.id })).thread).toBe(first.thread)
  })

  it('is not shown to the commands of a turn', async () => {
    await ask('A secret?')
    const look = runs(`ls ${gateway.home} ${join(gateway.home, 'gateway')}`, says('Done.'))
    gateway.upstream.answerNext(look, look)
    await ask('Look.', { store: false })
    const [seen] = gateway.upstream.requests.at(-1)!.toolOutputs
    expect(seen).toContain('gateway:')
    expect(seen).not.toContain('responses')
  })

  it('expires', async () => {
    const [old, young] = [await ask('Old?'), await ask('Young?')]
    const [path] = await rolloutsOf(old.thread)
    const longAgo = new Date(Date.now() - 25 * 3_600_000)
    await utimes(join(gateway.home, path!), longAgo, longAgo)
    await gateway.restart()
    await expect.poll(() => rolloutsOf(old.thread)).toEqual([])
    expect(await rolloutsOf(young.thread)).toHaveLength(1)
  })

  it('is stored nowhere where storing is off', async () => {
    await gateway.restart({ CODEX_THREAD_TTL_HOURS: '0' })
    await expect.poll(() => gateway.rollouts(), { timeout: 50_000 }).toEqual([]) // codex deletes them one by one
    await ask('One?')
    expect(await gateway.rollouts()).toEqual([])
  }, 60_000)
})
