import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { TurnEvent } from '../../../src/turn/event.ts'
import type { TurnRequest } from '../../../src/turn/request.ts'
import { threadOf } from './counting.ts'
import { endOf, deltasOf, sharedAppServer } from './rig.ts'

/** When a thread was started, in ms: its id (UUID 7) says so. */
const startedAt = (events: TurnEvent[]) =>
  Number.parseInt(
    events
      .flatMap((event) => (event.type === 'thread.started' ? event.thread_id : []))[0]!
      .replace('-', '')
      .slice(0, 12),
    16
  )
let count = 0

describe('a prepared thread', () => {
  const rig = sharedAppServer({ engine: { warmThreads: 32 } })
  const ask = (request: Partial<TurnRequest> = {}) =>
    rig().run({ input: [{ type: 'text', text: `Question ${++count}.` }], ...request })
  /** Whether the turn's thread was started before the turn. */
  const isPrepared = async (request: Partial<TurnRequest> = {}) => {
    const at = Date.now()
    return startedAt(await ask(request)) < at
  }
  /** Runs turns until one has run in a prepared thread. */
  const prepared = (request: Partial<TurnRequest> = {}) =>
    expect.poll(() => isPrepared(request), { timeout: 10_000, interval: 50 }).toBe(true)
  const sent = () => JSON.stringify(rig().upstream.requests.at(-1)!.body.input)

  it('runs the first turn of a conversation, once its settings were used twice', async () => {
    expect([await isPrepared(), await isPrepared()]).toEqual([false, false])
    await prepared()
    expect(endOf(await ask())).toMatchObject({ type: 'turn.completed', usage: { input_tokens: 100 } })
  })

  it('is sent a history that it does not contain', async () => {
    const history: TurnRequest['history'] = [
      { type: 'message', role: 'user', content: [{ type: 'text', text: 'Before.' }] },
      { type: 'message', role: 'assistant', content: [{ type: 'text', text: 'Said before.' }] }
    ]
    await prepared({ history })
    expect(sent()).toMatch(/Before\..*Said before\..*Question/s)
    expect(deltasOf(await ask())).toBe('Hello')
    expect(sent()).not.toContain('Said before.')
  })

  it('is persistent for a turn in a persistent thread, and stores nothing before its turn', async () => {
    const threads: TurnEvent[][] = []
    const isPrepared = async () => {
      const at = Date.now()
      threads.push(await ask({ thread: { kind: 'new', persistent: true } }))
      return startedAt(threads.at(-1)!) < at
    }
    await expect.poll(isPrepared, { timeout: 10_000, interval: 50 }).toBe(true)
    const stored = (await readdir(rig().mark, { recursive: true })).filter((path) => path.endsWith('.jsonl'))
    expect(stored).toHaveLength(threads.length)
    const next = await ask({ thread: { kind: 'resume', id: threadOf(threads.at(-1)!) } })
    expect([threadOf(next), endOf(next).type]).toEqual([threadOf(threads.at(-1)!), 'turn.completed'])
  })

  it('is not used for other settings', async () => {
    await prepared()
    expect([
      await isPrepared({ instructions: 'Rhyme.' }),
      await isPrepared({ model: 'gpt-5.6-sol' }),
      await isPrepared({ sandbox: 'workspace-write' })
    ]).toEqual([false, false, false])
  })

  it('is not started for settings of a single turn', async () => {
    for (let turn = 0; turn < 4; turn++) expect(await isPrepared({ instructions: `It is turn ${turn}.` })).toBe(false)
  })

  it('has the AGENTS.md of the time when it is used', async () => {
    await prepared()
    await writeFile(join(rig().mark, 'AGENTS.md'), 'Speak of herons.')
    expect([await isPrepared(), sent().includes('Speak of herons.')]).toEqual([false, true])
    await prepared()
    expect(sent()).toContain('Speak of herons.')
  })
})
