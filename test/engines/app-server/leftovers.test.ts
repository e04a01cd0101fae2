import { describe, expect, it } from 'vitest'
import { startGuard } from '../../support/guarded-turn.ts'
import { processesLeftWith, processesWith } from '../../support/processes.ts'
import { says } from '../../support/upstream/answer.ts'
import { heldAfter, mute } from '../../support/upstream/script.ts'
import { runs } from '../../support/upstream/tool-calls.ts'
import { endOf, deltasOf, startAppServer } from './rig.ts'

/** A command that leaves a daemon in a session of its own. */
const daemon = (name: string) => `setsid sh -c 'sleep 86397; : ${name}' < /dev/null > /dev/null 2>&1 & echo started`

describe('a daemon that a turn with full access leaves', () => {
  it.each(['namespace', 'watchdog'] as const)(
    'is ended with its turn (%s), and not that of another turn',
    async (means) => {
      await using guard = await startGuard({ means })
      await using rig = await startAppServer({ engine: { guard, sandbox: 'danger-full-access' } })
      let end = (): void => {}
      const held = new Promise<void>((resolve) => {
        end = resolve
      })
      const say = (name: string, answer = says('Done.')) => runs(daemon(`${name}-${rig.mark}`), answer)
      const alive = (name: string) =>
        processesWith(`${name}-${rig.mark}`).filter((line) => line.includes('sleep 86397'))

      rig.upstream.answerAll(say('long', heldAfter('response.output_text.delta', says('Still', ' here.'), held)))
      const long = rig.run()
      await rig.upstream.requested(2)
      await expect.poll(() => alive('long')).not.toEqual([]) // a daemon takes a moment to be one

      rig.upstream.answerAll(say('short'))
      expect(deltasOf(await rig.run())).toBe('Done.')
      expect(alive('short')).toEqual([])
      expect(alive('long')).not.toEqual([])

      end()
      expect(deltasOf(await long)).toBe('Still here.')
      expect(alive('long')).toEqual([])
    }
  )

  it('is ended when the turn is interrupted', async () => {
    await using rig = await startAppServer({ engine: { sandbox: 'danger-full-access' } })
    const name = `lost-${rig.mark}`
    rig.upstream.answerAll(runs(daemon(name), mute))
    const abort = new AbortController()
    const turn = rig.run({}, abort.signal)
    await rig.upstream.requested(2)
    abort.abort('client')
    expect(endOf(await turn).type).toBe('turn.interrupted')
    expect(await processesLeftWith(`sleep 86397; : ${name}`, 0)).toEqual([])
  })
})
