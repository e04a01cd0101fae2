import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { says } from './answer.ts'
import { failures } from './failure.ts'
import { codexExec } from './codex-exec.ts'
import { codexBinary, writeCodexHome } from './codex-home.ts'
import { cutAfter, dripped, gate, heldAfter, mute, silent } from './script.ts'
import type { Answer } from './script.ts'
import { calls } from './tool-calls.ts'
import { startUpstream } from './upstream.ts'

const ask = (url: string, signal?: AbortSignal) =>
  fetch(`${url}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"model":"gpt-5.5","input":[]}',
    signal: signal ?? null
  })

const deltas = (text: string) =>
  [...text.matchAll(/"type":"response.output_text.delta".*"delta":"([^"]*)"/g)].map((match) => match[1])

describe('the scripted upstream', () => {
  it('answers requests in turn and remembers them', async () => {
    await using upstream = await startUpstream(says('always'))
    upstream.answerNext(says('fir', 'st'), failures.quota)
    const first = await ask(upstream.url)
    expect(deltas(await first.text())).toEqual(['fir', 'st'])
    expect((await ask(upstream.url)).status).toBe(429)
    expect(deltas(await (await ask(upstream.url)).text())).toEqual(['always'])
    expect(upstream.count).toBe(3)
    const [request] = upstream.requests
    expect(request).toMatchObject({
      number: 1,
      method: 'POST',
      path: '/v1/responses',
      body: { model: 'gpt-5.5' },
      userTexts: [],
      tools: []
    })
    expect(request?.raw.length).toBe(30)
    expect(await request?.ended).toBe('sent')
  })

  it('forgets old requests beyond those it is to keep, so that a benchmark stays small', async () => {
    await using upstream = await startUpstream(says('ok'), { kept: 2 })
    for (let asked = 0; asked < 4; asked++) await (await ask(upstream.url)).text()
    expect(upstream.requests.map(({ number }) => number)).toEqual([3, 4])
    await expect(upstream.requested(1)).rejects.toThrow('no longer remembered')
  })

  it('lists models and knows no other route', async () => {
    await using upstream = await startUpstream()
    const models = (await (await fetch(`${upstream.url}/models`)).json()) as { data: { id: string }[] }
    expect(models.data.map(({ id }) => id)).toEqual(['gpt-5.5'])
    expect((await fetch(`${upstream.url}/files`)).status).toBe(404)
    expect(upstream.count).toBe(0)
  })

  it('says what is wrong with a script that cannot be made', async () => {
    await using upstream = await startUpstream(calls({ no_such_tool: {} }, says('done')))
    const response = await ask(upstream.url)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('offers no tool no_such_tool')
  })

  it('stops at a hold until it is let go', async () => {
    const held = gate()
    await using upstream = await startUpstream(
      heldAfter('response.output_text.delta', says('now', 'later'), held.opened)
    )
    const reader = (await ask(upstream.url)).body?.pipeThrough(new TextDecoderStream()).getReader()
    const first = (await reader?.read())?.value ?? ''
    expect(deltas(first)).toEqual(['now'])
    held.open()
    let rest = ''
    for (let chunk = await reader?.read(); chunk?.value !== undefined; chunk = await reader?.read()) rest += chunk.value
    expect(deltas(rest)).toEqual(['later'])
  })

  it('drips many streams side by side, each whole and in order', async () => {
    const words = Array.from({ length: 20 }, (_, index) => `w${index}`)
    await using upstream = await startUpstream(dripped(200, says(...words)))
    const start = performance.now()
    const texts = await Promise.all(Array.from({ length: 50 }, async () => (await ask(upstream.url)).text()))
    expect(performance.now() - start).toBeGreaterThan(100) // 27 events at 200 a second
    for (const text of texts) expect(deltas(text)).toEqual(words)
    await upstream.requested(50)
  })

  it.each<[string, Answer]>([
    ['before the headers', mute],
    ['before the first event', silent],
    ['after the first delta', cutAfter('response.output_text.delta', says('a', 'b'), 'hang')]
  ])('hangs %s until codex leaves, and then nothing is open', async (_, script) => {
    await using upstream = await startUpstream(script)
    await using home = await writeCodexHome(upstream.url)
    const abort = new AbortController()
    const running = codexExec(home, 'Say hello.', [], abort.signal)
    const request = await upstream.requested()
    expect(upstream.open).toEqual({ exchanges: 1, sockets: 1 })
    abort.abort()
    const run = await running
    expect(run.events.map(({ type }) => type)).toEqual(['thread.started', 'turn.started'])
    expect(await request.ended).toBe('left')
    await upstream.quiet()
  })

  it('sends the built-in provider, which tries a WebSocket first, on to HTTP at once', async () => {
    await using upstream = await startUpstream(says('over HTTP'))
    await using home = await writeCodexHome(upstream.url, {
      config: { model_provider: 'openai', openai_base_url: upstream.url }
    })
    const run = await codexExec({ ...home, env: { ...home.env, CODEX_API_KEY: 'sk-scripted' } })
    expect(run.events.map(({ type }) => type)).toEqual([
      'thread.started',
      'turn.started',
      'item.completed',
      'turn.completed'
    ])
    expect(upstream.requests[0]?.headers.authorization).toBe('Bearer sk-scripted')
  })

  it('closes what is open when it is disposed of', async () => {
    const upstream = await startUpstream(mute)
    const asked = expect(ask(upstream.url)).rejects.toThrow()
    await upstream.requested()
    await upstream[Symbol.asyncDispose]()
    await asked
    expect(upstream.open).toEqual({ exchanges: 0, sockets: 0 })
  })
})

describe('the codex home', () => {
  it('is gone with everything in it when it is disposed of', async () => {
    expect(existsSync(codexBinary)).toBe(true)
    const home = await writeCodexHome('http://127.0.0.1:1/v1')
    expect(existsSync(home.home)).toBe(true)
    await home[Symbol.asyncDispose]()
    expect(existsSync(home.home)).toBe(false)
  })
})
