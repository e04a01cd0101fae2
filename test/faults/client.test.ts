import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { exchange, token } from '../app/start-gateway.ts'
import { answer, says } from '../support/upstream/answer.ts'
import { message } from '../support/upstream/items.ts'
import { gate, heldAfter, mute } from '../support/upstream/script.ts'
import { runs } from '../support/upstream/tool-calls.ts'
import { chat, fullAnswerOf } from './watched-gateway.ts'
import { canaries } from './invariants.ts'
import { startGatewayOnCodex } from './gateway-on-codex.ts'

const path = '/v1/chat/completions'
const json = JSON.stringify({ stream: true, model: 'gpt-5.5', messages: [{ role: 'user', content: canaries.prompt }] })
const raw = (body: string, headers = '') =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`
const numbered = (count: number) => Array.from({ length: count }, (_, index) => index)

const ways: [string, (socket: Socket) => unknown][] = [
  ['destroys its socket', (socket) => socket.destroy()],
  ['ends its half of the connection, which is the same as leaving', (socket) => socket.end()],
  ['resets it', (socket) => socket.resetAndDestroy()]
]

describe.each(['exec', 'app-server'] as const)('a client of %s', (engine) => {
  it.each(ways)(
    'that %s in the middle of a stream leaves no command of the model’s running, however it was started',
    async (_, leave) => {
      await using gateway = await startGatewayOnCodex(engine, { sandbox: 'danger-full-access' })
      const clean = engine === 'exec' ? (['clean environment'] as const) : []
      gateway.upstream.answerAll(
        runs(gateway.messy('nohup', 'setsid', 'double fork', 'stubborn', ...clean), says('Never.'), 'I begin.')
      )
      const socket = connect(gateway.port, '127.0.0.1').on('error', () => {})
      socket.write(raw(json))
      const [first] = (await once(socket, 'data')) as [Buffer]
      await expect
        .poll(() => gateway.daemons().filter((line) => /^\d+ sleep/.test(line)).length)
        .toBeGreaterThan(3 + clean.length)
      leave(socket)
      await gateway.expectNothingLeft(String(first), 1)
      expect(gateway.lines.find(({ route }) => route === '/chat/completions')).toMatchObject({ status: 499 })
      socket.destroy()
    }
  )

  it('that leaves before the first word, or while it waits, costs nobody else: the next in line gets the slot', async () => {
    await using gateway = await startGatewayOnCodex(engine, { limits: { queue: 2 } })
    gateway.upstream.answerNext(mute)
    const [running, waiting] = [new AbortController(), new AbortController()]
    const gone = [chat(gateway.url, true, running.signal).catch(() => 'left')]
    await gateway.upstream.requested()
    gone.push(chat(gateway.url, true, waiting.signal).catch(() => 'left'))
    await expect.poll(() => gateway.queue.waiting).toBe(1)
    const next = chat(gateway.url)
    await expect.poll(() => gateway.queue.waiting).toBe(2)
    waiting.abort()
    await expect.poll(() => gateway.queue.waiting).toBe(1)
    running.abort()
    const told = await fullAnswerOf(await next)
    expect(told).toContain('Fine.')
    expect(await Promise.all(gone)).toEqual(['left', 'left'])
    expect(gateway.upstream.count).toBe(2)
    await gateway.expectNothingLeft(told, 3)
  })

  it('that aborts its stream does not disturb another’s', async () => {
    await using gateway = await startGatewayOnCodex(engine, { limits: { concurrency: 2 } })
    const held = gate()
    const halves = answer([message('First'), message('half.')])
    gateway.upstream.answerAll(heldAfter('response.output_item.done', halves, held.opened, 2))
    const leaving = new AbortController()
    const [left, stays] = await Promise.all([chat(gateway.url, true, leaving.signal), chat(gateway.url, true)])
    leaving.abort()
    await expect(left.text()).rejects.toThrow()
    await expect.poll(() => gateway.queue.active).toBe(1)
    held.open()
    const told = await fullAnswerOf(stays)
    expect(told).toMatch(/"finish_reason":"stop".*data: \[DONE\]/s)
    await gateway.expectNothingLeft(told, 2)
  })

  it('one of two hundred that leave after half a second, does not keep an ordinary one waiting', async () => {
    await using gateway = await startGatewayOnCodex(engine, { limits: { concurrency: 2, queue: 16 } })
    gateway.upstream.answerAll(mute)
    let arrived = 0
    gateway.server.on('request', () => (arrived += 1)) // on a busy machine some leave before they are there
    const answers = await Promise.all(
      numbered(200).map(async (number) => {
        const response = await chat(gateway.url, number % 2 === 0, AbortSignal.timeout(500)).catch(() => undefined)
        return response === undefined ? '' : fullAnswerOf(response).catch(() => '')
      })
    )
    expect(answers.filter(Boolean).every((told) => told.startsWith('[429,'))).toBe(true)
    const begun = performance.now()
    await expect.poll(() => arrived - gateway.lines.length).toBe(0) // it has seen all of them leave
    await gateway.expectNothingLeft(answers.join(), () => arrived - 1)
    console.log(
      `an ordinary request after 200 that left, on ${engine}, everything looked after: ${Math.round(performance.now() - begun)} ms`
    )
  })
})

describe('a connection', () => {
  it('is used again after a body that was read and refused, and closed after one that was not read', async () => {
    await using gateway = await startGatewayOnCodex('exec', { env: { CODEX_MAX_BODY_BYTES: '1024' } })
    const refused = '{"messages": []}'
    const tooLarge = raw('x'.repeat(2_000)).slice(0, -500) // the rest of it never comes
    const answer = await exchange(gateway.port, raw(refused) + raw(refused) + tooLarge)
    expect([...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['400', '400', '413'])
    await gateway.expectNothingLeft(answer, 3)
  })

  it('is used again after a body that was too large and came with its head', async () => {
    await using gateway = await startGatewayOnCodex('exec', { env: { CODEX_MAX_BODY_BYTES: '1024' } })
    const last = raw('{}', 'Connection: close\r\n')
    const answer = await exchange(gateway.port, raw('{}') + raw('x'.repeat(2_000)) + last)
    expect([...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['400', '413', '400'])
    await gateway.expectNothingLeft(answer, 3)
  })
})
