import { once } from 'node:events'
import { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { says } from '../../support/upstream/answer.ts'
import { isIdle, readEvents } from './event-reader.ts'
import { all, owner, sharedAgents } from './start-agents.ts'

const rig = sharedAgents(says('Hello.'), { CODEX_MAX_ANSWER_CHARS: '10000000' })
const sessions = () => rig().agents().sessions
const becomesIdle = (id: string) =>
  expect.poll(async () => (await sessions().retrieve(id)).status, { timeout: 30_000 }).toBe('idle')

/** Milliseconds after which a reader that takes nothing is sent away. */
const stallMs = 30_000
/** More than is buffered for a reader, one event aside. */
const bufferBytes = 400_000
/** What a turn says; more than the buffers of a connection take. */
const words = Array.from({ length: 80 }, (_, index) => `${index} `.padEnd(50_000, 'x'))

it(
  'a reader that stands still while a turn says much holds neither it nor memory up, and is sent away',
  { timeout: 60_000 },
  async () => {
    const { id } = await sessions().create({
      environment: { type: 'none' },
      agent: { model: 'gpt-5.5' },
      input: 'Begin.'
    })
    await becomesIdle(id)
    const socket = connect(Number(new URL(rig().url()).port), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    const lines = [`GET /v1/agents/sessions/${id}/events HTTP/1.1`, 'Host: localhost', `Authorization: Bearer ${owner}`]
    socket.write([...lines, 'OpenAI-Beta: agents=v1', '', ''].join('\r\n'))
    await once(socket, 'data')
    socket.pause()
    const written = vi.spyOn(ServerResponse.prototype, 'write')
    const clocks = vi.spyOn(globalThis, 'setInterval')
    rig().upstream.answerNext(says(...words))
    const input = [{ role: 'user' as const, content: [{ type: 'input_text' as const, text: 'Go on.' }] }]
    await sessions().events.create(id, { events: [{ type: 'agent.session.input.message', input }] })
    await becomesIdle(id)
    expect((await all(sessions().turns.list(id))).map(({ status, error }) => [status, error])).toEqual([
      ['completed', null],
      ['completed', null]
    ])
    const still = (written.mock.contexts as ServerResponse[]).find(
      (response) => response.getHeader('content-type') === 'text/event-stream; charset=utf-8'
    )
    expect(still!.writableLength).toBeLessThan(words.join('').length + bufferBytes) // one event more than the buffer
    const closed = once(socket, 'close')
    const look = clocks.mock.calls.findLast(([, ms]) => ms === stallMs)![0]
    for (let times = 0; times < 3; times++) look()
    expect(still!.destroyed).toBe(true)
    vi.restoreAllMocks()
    socket.destroy()
    await closed
    const events = await readEvents([rig().url(), id, '1'], isIdle)
    expect(events.some(({ data }) => data.text?.length === words.join('').length)).toBe(true)
  }
)
