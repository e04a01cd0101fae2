import { describe, expect, it } from 'vitest'
import type { TurnEvent } from '../../../src/turn/event.ts'
import { processesWith } from '../../support/processes.ts'
import { says } from '../../support/upstream/answer.ts'
import { dripped, mute } from '../../support/upstream/script.ts'
import { endOf, deltasOf, sharedAppServer } from './rig.ts'

const numbered = (count: number) => Array.from({ length: count }, (_, index) => index)

describe('many turns on one app-server', () => {
  const rig = sharedAppServer()
  /** The app-server itself, without what encloses it. */
  const children = () => processesWith(rig().mark).filter((line) => /^\d+ \S*\/codex app-server /.test(line))
  const ask = (text: string, signal?: AbortSignal) => rig().run({ input: [{ type: 'text', text }] }, signal)

  it('64 at once each get their own complete text', async () => {
    const words = (text: string) => numbered(20).map((index) => `${text}/${index} `)
    rig().upstream.answerAll((request) => dripped(100, says(...words(request.userTexts.at(-1) ?? ''))))
    const turns = await Promise.all(numbered(64).map((index) => ask(`turn ${index}`)))
    for (const [index, events] of turns.entries()) {
      expect(deltasOf(events)).toBe(words(`turn ${index}`).join(''))
      expect(events.filter(({ type }) => type === 'item.delta')).toHaveLength(20)
      expect(endOf(events)).toMatchObject({ type: 'turn.completed', usage: { output_tokens: 20 } })
    }
    expect(children()).toHaveLength(1)
  }, 60_000)

  it('that are aborted at random leave the others alone, and nothing behind', async () => {
    rig().upstream.answerAll((request) =>
      dripped(200, says(...(request.userTexts.at(-1) ?? '').repeat(10).split(/(?= )/)))
    )
    const turns = await Promise.all(
      numbered(24).map(async (index) => {
        const abort = new AbortController()
        if (index % 2) setTimeout(() => abort.abort('client'), 7 * index)
        return ask(` turn ${index}`, abort.signal)
      })
    )
    for (const [index, events] of turns.entries()) {
      const text = ` turn ${index}`.repeat(10)
      if (endOf(events).type === 'turn.completed') expect(deltasOf(events)).toBe(text)
      else expect(index % 2 === 1 && text.startsWith(deltasOf(events))).toBe(true)
    }
    await rig().upstream.quiet()
  }, 60_000)

  it('16 of which lose their app-server end clearly, and the next one works', async () => {
    rig().upstream.answerAll(mute)
    const asked = rig().upstream.count
    const turns = numbered(16).map((index) => ask(`turn ${index}`))
    await rig().upstream.requested(asked + 16)
    const [line] = children()
    process.kill(Number(line?.split(' ')[0]), 'SIGKILL')
    const ends = (await Promise.all(turns)).map((events: TurnEvent[]) => endOf(events))
    expect(ends).toEqual(
      ends.map(() => ({
        type: 'turn.failed',
        error: { code: 'engine_stopped', message: 'Codex stopped before the turn was complete.' }
      }))
    )
    rig().upstream.answerAll(says('Here again.'))
    expect(deltasOf(await ask('Hello?'))).toBe('Here again.')
    expect(children()).toHaveLength(1)
  }, 60_000)
})
