import { join } from 'node:path'
import { mkdir } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { commandFolder } from '../../support/command.ts'
import { processesLeftWith } from '../../support/processes.ts'
import { startServe } from '../../support/serve.ts'
import { says } from '../../support/upstream/answer.ts'
import { gate, heldAfter } from '../../support/upstream/script.ts'
import { startUpstream } from '../../support/upstream/upstream.ts'
import { owner } from '../threads/start-threads.ts'
import { deltasIn, eventsOf, isIdleAgain, until } from './start-sessions.ts'
import type { Answered, SessionEvent } from './start-sessions.ts'

async function call(base: string, path: string, body?: object): Promise<Answered['body']> {
  const response = await fetch(`${base}/api/sessions${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${owner}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) })
  })
  return (await response.json()) as Answered['body']
}

it('a session survives a gateway that is killed in the middle of a turn', { timeout: 60_000 }, async () => {
  await using upstream = await startUpstream(says('Hello', ' again.'))
  await using folder = await commandFolder()
  await mkdir(join(folder.path, 'workspace'))
  const env = {
    CODEX_GATEWAY_TOKEN: owner,
    CODEX_WORKSPACE: join(folder.path, 'workspace'),
    CODEX_API_BASE_URL: upstream.url,
    CODEX_API_KEY: 'sk-none',
    CODEX_MODEL: 'gpt-5.5',
    CODEX_SANDBOX: 'danger-full-access'
  }
  const { opened, open } = gate()
  upstream.answerNext(heldAfter('response.output_text.delta', says('Half', ' and half.'), opened))
  const first = await startServe(folder, [], env)
  const { sessionId } = await call(first.url, '', {})
  const before: SessionEvent[] = []
  const reading = (async () => {
    for await (const event of eventsOf(first.url, sessionId, 0)) before.push(event)
  })().catch(() => {}) // its connection breaks
  await call(first.url, `/${sessionId}/turn`, { prompt: 'Say it.' })
  await expect.poll(() => deltasIn(before)).toBe('Half')
  await first[Symbol.asyncDispose]()
  await reading
  expect(await processesLeftWith(folder.path)).toEqual([])
  open()

  await using second = await startServe(folder, [], env)
  const { state } = await call(second.url, `/${sessionId}/state`)
  expect(state).toMatchObject({ activeTurn: false, currentTurnId: null, lastTurnStatus: 'interrupted' })
  const last = before.at(-1)!.id
  const rest = until(eventsOf(second.url, sessionId, last), isIdleAgain)
  const missed = (await rest).slice(2)
  expect(missed.map(({ event }) => event)).toEqual(['gap', 'notification', 'state'])
  expect(missed[0]!.data).toMatchObject({ reason: 'restart', state: { lastTurnStatus: 'interrupted' } })
  expect(missed[1]!.data).toMatchObject({ method: 'turn/completed', params: { turn: { status: 'interrupted' } } })
  expect(missed[0]!.id).toBeGreaterThan(last)

  await call(second.url, `/${sessionId}/turn`, { prompt: 'Go on.' })
  const all = await until(
    eventsOf(second.url, sessionId, 0),
    (event) => isIdleAgain(event) && event.data.lastTurnStatus === 'completed'
  )
  expect(deltasIn(all)).toMatch(/^(Half)?Hello again\.$/) // the last moment before the kill may be lost, as the gap says
  const ids = all.slice(2).map(({ id }) => id)
  expect(ids).toEqual([...new Set(ids)].sort((one, other) => one - other))
  expect(JSON.stringify(upstream.requests.at(-1)?.body.input)).toContain('Say it.')
})
