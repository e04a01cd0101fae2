import { describe, expect, it } from 'vitest'
import { processesWith } from '../../support/processes.ts'
import { says } from '../../support/upstream/answer.ts'
import { heldAfter, mute } from '../../support/upstream/script.ts'
import { endOf, deltasOf } from './rig.ts'
import { assistant, user, warmRig } from './warm.ts'

describe('a conversation', () => {
  const { rig, last, key, ask, goesOn } = warmRig()

  it('that was broken off begins in a new thread', async () => {
    const abort = new AbortController()
    rig().upstream.answerNext(
      heldAfter('response.output_text.delta', says('Half', ' an answer'), new Promise(() => {}))
    )
    const asked = rig().upstream.count
    const broken = ask('Tell me.', [], {}, abort.signal)
    await rig().upstream.requested(asked + 1)
    abort.abort('client')
    expect(endOf(await broken).type).toBe('turn.interrupted')
    expect(await goesOn([user('Tell me.'), assistant('Half')])).toBe(false)
  })

  it('is not shared by two turns at once', async () => {
    await ask('Begin.')
    const begun = [user('Begin.'), assistant('Answer to Begin.')]
    const turns = await Promise.all(['One?', 'Two?', 'Three?'].map((words) => ask(words, begun)))
    expect(turns.map((events) => deltasOf(events))).toEqual(['Answer to One?', 'Answer to Two?', 'Answer to Three?'])
    const keys = rig()
      .upstream.requests.slice(-3)
      .map(({ body }) => body.prompt_cache_key)
    expect(new Set(keys).size).toBe(3)
  })

  it('begins in a new thread when app-server was started again', async () => {
    await ask('Hello.')
    const before = key()
    rig().upstream.answerNext(mute)
    const asked = rig().upstream.count
    const lost = ask('Wait.')
    await rig().upstream.requested(asked + 1)
    const child = processesWith(rig().mark).find((line) => /^\d+ \S*\/codex app-server /.test(line))
    process.kill(Number(child?.split(' ')[0]), 'SIGKILL')
    expect(endOf(await lost)).toMatchObject({ type: 'turn.failed', error: { code: 'engine_stopped' } })
    expect(deltasOf(await ask('And?', [user('Hello.'), assistant('Answer to Hello.')]))).toBe('Answer to And?')
    expect(key()).not.toBe(before)
    expect(last().userTexts.slice(-2)).toEqual(['Hello.', 'And?'])
  })
})
