import { expect, it } from 'vitest'
import { opened, storeFolder } from '../store/opened.ts'
import { ActiveTurns } from '../../src/threads/active.ts'
import { AppServerCalls } from '../../src/threads/calls.ts'
import { LoadedThreads } from '../../src/threads/loaded.ts'
import { Tables } from '../../src/store/tables.ts'
import { threadsSchema } from '../../src/threads/schema.ts'
import { ThreadStore } from '../../src/threads/thread-store.ts'
import { ThreadTurns } from '../../src/threads/thread-turns.ts'
import { Threads } from '../../src/threads/threads.ts'
import { TurnStore } from '../../src/threads/turn-store.ts'
import type { TurnWatch } from '../../src/threads/watch.ts'
import { isTurnEnd } from '../../src/turn/event.ts'
import { startGuard } from '../support/guarded-turn.ts'
import { testWorkspace } from '../support/engines.ts'
import { scriptedAppServer } from './scripted-app-server.ts'
import type { AskedCall } from './scripted-app-server.ts'

const count = 200
const readImage = (url: string) => ({ type: 'image', url }) as const

/**
 * Turns that are as hard to tell apart as can be: all items of all turns have the same ids, everything comes in a random order
 * over all of them, each thread also has the rest of a turn before, and what is about no turn or no thread comes in between.
 */
class Confusing {
  readonly #waiting: AskedCall[] = []

  asked(call: AskedCall): void {
    if (call.method !== 'turn/start') return call.answer({})
    this.#waiting.push(call)
    if (this.#waiting.length === count) this.#play()
  }

  #play(): void {
    const queues = this.#waiting.map((call, index) => stepsOf(call, index))
    for (let left = queues.filter((queue) => queue.length > 0); left.length > 0;) {
      left[Math.floor(Math.random() * left.length)]?.shift()?.()
      left = left.filter((queue) => queue.length > 0)
    }
  }
}

function stepsOf({ params: { threadId, input = [] }, answer, notify }: AskedCall, index: number): (() => void)[] {
  const [turnId, text] = [`turn-${index}`, input[0]?.text ?? '']
  const item = (words: string) => ({ type: 'agentMessage', id: 'item_0', text: words, phase: 'final_answer' })
  const say = (method: string, more: object, turn = turnId) => notify(method, { threadId, turnId: turn, ...more })
  const steps = [
    () => notify('turn/started', { threadId, turn: { id: turnId } }),
    () => say('item/completed', { item: item('of the turn before') }, 'turn-before'),
    () => notify('turn/completed', { threadId, turn: { id: 'turn-before', status: 'failed' } }),
    () => say('item/started', { item: item('') }),
    ...(text.match(/.{1,5}/g) ?? []).map((delta) => () => say('item/agentMessage/delta', { itemId: 'item_0', delta })),
    () => notify('item/completed', { item: item('of no thread') }),
    () => say('item/completed', { item: item(text) }),
    () => notify('turn/completed', { threadId, turn: { id: turnId, status: 'completed', items: [] } })
  ]
  steps.splice(index % 4, 0, () => answer({ turn: { id: turnId } })) // the answer may come late
  return steps
}

it('200 turns at once on one app-server never show one another’s text', async () => {
  const folder = await storeFolder()
  await using guard = await startGuard()
  const { store } = opened(folder)
  const confusing = new Confusing()
  const appServer = scriptedAppServer((call) => confusing.asked(call))
  const place = testWorkspace({ binary: '', env: {}, folder, guard })
  const home = { ...place.homes.persistent, appServer }
  const workspaces = { get: async () => ({ ...place, id: 'default', homes: { ephemeral: home, persistent: home } }) }
  const tables = new Tables(store, threadsSchema)
  const bounds = { ttlMs: 3_600_000, count: 1_000 }
  const calls = new AppServerCalls(workspaces)
  const work = { mark: 'this', isLost: () => false }
  const shared = {
    workspaces,
    calls,
    store: new ThreadStore(tables, bounds),
    active: new ActiveTurns(),
    loaded: new LoadedThreads({ count, lifeMs: 60_000 })
  }
  const threads = new Threads({ ...shared, stores: true })
  const turns = new ThreadTurns({ ...shared, work, turns: new TurnStore(tables, bounds), chain: (engine) => engine })

  const run = async (index: number) => {
    const scope = { owner: `owner-${index % 7}`, workspace: 'default' }
    const { signal } = new AbortController()
    const checks = { readImage, reserve: () => {}, signal }
    const mark = `<mark of turn ${index}>`
    const thread = await threads.start(scope, {}, signal)
    const order = await turns.orderOf(thread, { input: [{ type: 'text', text: mark }], changes: {} }, checks)
    const frames: string[] = []
    let watch: TurnWatch | undefined
    const watched = {
      ...order,
      onFrame: (frame: string) => void frames.push(frame),
      onBegin: (begun: TurnWatch) => void (watch = begun)
    }
    const events = []
    for await (const event of turns.run(watched, turns.requestOf(order, []), signal)) events.push(event)
    return { mark, frames, events, end: watch?.end }
  }
  const outcomes = await Promise.all(Array.from({ length: count }, (_, index) => run(index)))

  for (const { mark, frames, events, end } of outcomes) {
    expect(end).toMatchObject({ status: 'completed', items: [{ text: mark }] })
    const all = JSON.stringify([frames, end])
    expect(all).not.toMatch(/turn before|of no thread/)
    const deltas = frames.flatMap((frame) => (JSON.parse(frame) as { params: { delta?: string } }).params.delta ?? [])
    expect(deltas.join('')).toBe(mark)
    expect(new Set(all.match(/<mark of turn \d+>/g))).toEqual(new Set([mark]))
    expect(events.filter(isTurnEnd)).toMatchObject([{ type: 'turn.completed' }])
  }
  await appServer.close()
})
