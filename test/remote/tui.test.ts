import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCable } from '../support/cable.ts'
import { says } from '../support/upstream/answer.ts'
import { gate, heldAfter } from '../support/upstream/script.ts'
import { calls } from '../support/upstream/tool-calls.ts'
import { keys, startTui } from './start-tui.ts'
import { startRemote } from './start-remote.ts'
import type { RemoteGateway } from './start-remote.ts'

/** A title of a thread is one more request to the model, so every answer is for all requests of its time. */
const escalated = (cmd: string) =>
  calls(
    { exec_command: { cmd, sandbox_permissions: 'require_escalated', justification: 'To see.' } },
    says('It is done.')
  )

describe('the real TUI through the gateway', () => {
  let remote: RemoteGateway
  beforeAll(async () => {
    remote = await startRemote()
  }, 60_000)
  afterAll(() => remote[Symbol.asyncDispose]())

  it('talks, asks before it acts, is refused what is too much, and leaves in order', { timeout: 180_000 }, async () => {
    remote.upstream.answerAll(says('Hello from', ' the model.'))
    await using tui = await startTui(remote.url, remote.token)
    await tui.shows('OpenAI Codex')
    await tui.enter('good morning')
    await tui.shows('Hello from the model.')
    await tui.enter('!id')
    await tui.shows('do not run through this gateway')
    await tui.shows('Ask Codex to do anything')

    const made = join(remote.folder, 'made-by-approval')
    remote.upstream.answerAll(escalated(`touch ${made}`))
    await tui.enter('make it')
    await tui.shows(/Would you like to run|Allow command|Yes, proceed/)
    expect(existsSync(made)).toBe(false)
    tui.type('y')
    await tui.shows('It is done.')
    expect(existsSync(made)).toBe(true)

    remote.upstream.answerAll(says('Still here.'))
    await tui.enter('/permissions')
    await tui.shows(/full access/i)
    tui.type(keys.escape)
    await tui.hides('esc back')
    await tui.enter('are you there')
    await tui.shows('Still here.')
    let code: number | undefined
    void tui.exited.then((exitCode) => (code = exitCode))
    await expect.poll(() => (code === undefined && tui.type(keys.ctrlC), code), { interval: 500 }).toBe(0)
  })

  it('has the whole text of a turn during which its connection broke', { timeout: 180_000 }, async () => {
    await using cable = await startCable(Number(new URL(remote.url).port))
    const { opened, open } = gate()
    remote.upstream.answerAll(heldAfter('response.output_text.delta', says('Before the cut', ' and after it.'), opened))
    await using tui = await startTui(`ws://127.0.0.1:${cable.port}`, remote.token)
    await tui.shows('OpenAI Codex')
    await tui.enter('tell me')
    await tui.shows('Before the cut')
    cable.cut(true)
    await tui.shows('Reconnecting')
    open()
    cable.cut(false)
    await tui.shows('Before the cut and after it.')
  })

  it(
    'shows a turn at two terminals at once, and what one declines is gone from both',
    { timeout: 180_000 },
    async () => {
      remote.upstream.answerAll(says('The first answer.'))
      await using one = await startTui(remote.url, remote.token)
      await one.shows('OpenAI Codex')
      await one.enter('begin')
      await one.shows('The first answer.')
      await using other = await startTui(remote.url, remote.token, ['resume', '--last'])
      await other.shows('The first answer.')

      const made = join(remote.folder, 'made-in-spite-of-a-no')
      remote.upstream.answerAll(escalated(`touch ${made}`))
      await one.enter('make it')
      for (const tui of [one, other]) await tui.shows('Would you like to run')
      other.type(keys.escape)
      for (const tui of [one, other]) await tui.hides('Would you like to run')
      await other.shows(/You (?:canceled|did not approve)/)
      expect(existsSync(made)).toBe(false)

      remote.upstream.answerAll(says('Seen at both.'))
      await one.enter('say it')
      for (const tui of [one, other]) await tui.shows('Seen at both.')
    }
  )

  it('prints why it is not let in', { timeout: 90_000 }, async () => {
    await using tui = await startTui(remote.url, 'wrong')
    expect(await tui.exited).toBe(1)
    await expect.poll(() => tui.screen()).toContain('401 Unauthorized')
  })
})
