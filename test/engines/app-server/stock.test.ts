import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { TurnEvent } from '../../../src/turn/event.ts'
import type { TurnRequest } from '../../../src/turn/request.ts'
import { endOf, heard, sharedAppServer } from './rig.ts'

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

describe('a thread that was started ahead', () => {
  const rig = sharedAppServer({ engine: { warmThreads: 32 } })
  const ask = (request: Partial<TurnRequest> = {}) =>
    rig().run({ input: [{ type: 'text', text: `Question ${++count}.` }], ...request })
  /** Whether the turn's thread was there before it was asked for. */
  const isAhead = async (request: Partial<TurnRequest> = {}) => {
    const at = Date.now()
    return startedAt(await ask(request)) < at
  }
  /** Runs turns until one has been served by such a thread, and waits for the next to be there. */
  const stocked = (request: Partial<TurnRequest> = {}) =>
    expect.poll(() => isAhead(request), { timeout: 10_000, interval: 50 }).toBe(true)
  const sent = () => JSON.stringify(rig().upstream.requests.at(-1)!.body.input)

  it('serves the first request of a conversation, once its settings have come again', async () => {
    expect([await isAhead(), await isAhead()]).toEqual([false, false])
    await stocked()
    expect(endOf(await ask())).toMatchObject({ type: 'turn.completed', usage: { input_tokens: 100 } })
  })

  it('is told a history that it does not hold', async () => {
    const history: TurnRequest['history'] = [
      { type: 'message', role: 'user', content: [{ type: 'text', text: 'Before.' }] },
      { type: 'message', role: 'assistant', content: [{ type: 'text', text: 'Said before.' }] }
    ]
    await stocked({ history })
    expect(sent()).toMatch(/Before\..*Said before\..*Question/s)
    expect(heard(await ask())).toBe('Hello')
    expect(sent()).not.toContain('Said before.')
  })

  it('serves no other settings', async () => {
    await stocked()
    expect([
      await isAhead({ instructions: 'Rhyme.' }),
      await isAhead({ model: 'gpt-5.6-sol' }),
      await isAhead({ sandbox: 'workspace-write' })
    ]).toEqual([false, false, false])
  })

  it('is not started for settings of one turn alone', async () => {
    for (let turn = 0; turn < 4; turn++) expect(await isAhead({ instructions: `It is turn ${turn}.` })).toBe(false)
  })

  it('knows what the workspace says when it is used', async () => {
    await stocked()
    await writeFile(join(rig().mark, 'AGENTS.md'), 'Speak of herons.')
    expect([await isAhead(), sent().includes('Speak of herons.')]).toEqual([false, true])
    await stocked()
    expect(sent()).toContain('Speak of herons.')
  })
})
