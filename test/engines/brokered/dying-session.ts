import { expect } from 'vitest'
import { deltasIn, eventsOf, isIdleAgain, until } from '../../api/sessions/start-sessions.ts'
import type { Answered, SessionEvent } from '../../api/sessions/start-sessions.ts'
import { token } from '../../support/machine-process.ts'
import type { Machine } from '../../support/machine-process.ts'

export interface DyingSession {
  fronts: readonly Machine[]
  workers: readonly Machine[]
  /** To the prompts `one`, `two` and `three`; it begins with `word0` to `word9` and takes a while. */
  answer: string
}

/** A session is followed at one front end when the other is killed, and goes on when its worker, killed in a turn, is back. */
export async function expectSessionGoesOn({ fronts, workers, answer }: DyingSession): Promise<void> {
  const [front, dead] = fronts as [Machine, Machine]
  const at = (machine: Machine) => String(machine.url)
  const id = (await call(at(front), '', {})).body.sessionId
  const first = await follow(at(dead), id, 0)
  await call(at(front), `/${id}/turn`, { prompt: 'one' })
  await expect.poll(() => deltasIn(first.seen)).toContain('word3')
  await dead.end('SIGKILL')
  await first.ended
  const missed = await until(eventsOf(at(front), id, first.seen.at(-1)!.id, undefined, token), isIdleAgain)
  const rest = missed.slice(2) // the first two say how the session is
  expect(deltasIn([...first.seen, ...rest])).toBe(answer)
  await dead.start()

  const second = await follow(at(front), id, rest.at(-1)!.id)
  await call(at(front), `/${id}/turn`, { prompt: 'two' })
  await expect.poll(() => deltasIn(second.seen)).toContain('word3')
  await Promise.all(workers.map((worker) => worker.end('SIGKILL')))
  await second.ended
  const gone = await call(at(front), `/${id}/turn`, { prompt: 'never' })
  expect(gone.status).toBe(503)
  expect(gone.body.error.message).toMatch(/on the worker worker-\d, which is not there at the moment/)
  await Promise.all(workers.map((worker) => worker.start()))
  await expect.poll(async () => (await call(at(front), `/${id}/state`)).status).toBe(200)
  const { state } = (await call(at(front), `/${id}/state`)).body
  expect(state).toMatchObject({ activeTurn: false, lastTurnStatus: 'interrupted' })
  const third = until(eventsOf(at(front), id, state.seq, undefined, token), isIdleAgain)
  await call(at(front), `/${id}/turn`, { prompt: 'three' })
  expect(deltasIn(await third)).toBe(answer)
}

async function call(url: string, path: string, body?: object) {
  const response = await fetch(`${url}/api/sessions${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) })
  })
  return { status: response.status, body: (await response.json()) as Answered['body'] }
}

/** Resolves when it follows. `ended`: its connection did. */
async function follow(url: string, id: string, after: number): Promise<{ seen: SessionEvent[]; ended: Promise<void> }> {
  const seen: SessionEvent[] = []
  const ended = (async () => {
    for await (const event of eventsOf(url, id, after, undefined, token)) seen.push(event)
  })().catch(() => {})
  await expect.poll(() => seen.length).toBeGreaterThan(1)
  return { seen, ended }
}
