import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GatewayError } from '../../src/turn/error.ts'
import { noUsage } from '../../src/turn/usage.ts'
import type { UsageEvent } from '../../src/turn/event.ts'
import { needing } from '../support/left-out.ts'
import { natsServer, startNats } from '../support/nats.ts'
import type { Nats } from '../support/nats.ts'
import { startAccounts } from './start-accounts.ts'

const counted: UsageEvent = {
  ...{ type: 'usage.counted', response_id: 'r', thread_id: 't', usage: noUsage, source: 'response' }
}
const turn = { owner: 'one', model: 'm', input: [{ type: 'text' as const, text: 'four' }] }
const usedUp = new GatewayError('usage_limit_exceeded', 'Nothing is left.', { retryAfter: 7 })

needing('nats-server', natsServer !== undefined, () => {
  describe('a turn that begins on a worker', () => {
    let nats: Nats
    beforeAll(async () => void (nats = await startNats()))
    afterAll(() => nats[Symbol.asyncDispose]())

    it('is opened, counted and closed at a front end, in order', async () => {
      await using rig = await startAccounts(nats)
      const account = await rig.remote.open(turn, 'app-server', () => {})
      account.note(counted)
      account.note({ type: 'usage.unknown', cause: 'cut' } as unknown as UsageEvent)
      await account.close({ type: 'turn.completed' }, 't')
      const notes = ['open one m app-server 4', 'usage.counted', 'usage.unknown', 'turn.completed']
      expect(rig.fronts.map((front) => front.notes)).toEqual([notes, []])
    })

    it('is refused where its owner has nothing left, and where that has its threads on another worker', async () => {
      await using rig = await startAccounts(nats)
      rig.fronts[0].refusal = usedUp
      const refused = rig.remote.open(turn, 'app-server', () => {})
      await expect(refused).rejects.toMatchObject({ code: 'usage_limit_exceeded', retryAfter: 7 })
      const strange = rig.remote.open({ ...turn, owner: 'elsewhere' }, 'app-server', () => {})
      await expect(strange).rejects.toMatchObject({ code: 'forbidden' })
    })

    it('is stopped when its front end says so', async () => {
      await using rig = await startAccounts(nats)
      const stopped = new Promise<GatewayError>((resolve) => void rig.remote.open(turn, 'app-server', resolve))
      await expect.poll(() => rig.fronts[0].notes).toHaveLength(1)
      rig.fronts[0].stop(usedUp)
      expect(await stopped).toMatchObject({ code: 'usage_limit_exceeded', message: 'Nothing is left.' })
    })

    it('goes on at another front end when its own is gone, and is stopped where that refuses it', async () => {
      await using rig = await startAccounts(nats)
      const [first, second] = rig.fronts
      const account = await rig.remote.open(turn, 'app-server', () => {})
      account.note(counted)
      await expect.poll(() => first.notes).toHaveLength(2)
      const stopped = new Promise<GatewayError>((resolve) => void rig.remote.open(turn, 'app-server', resolve))
      await expect.poll(() => first.notes).toHaveLength(3)
      await first[Symbol.asyncDispose]()
      expect(first.notes.slice(3)).toEqual(['turn.interrupted', 'turn.interrupted'])
      account.note(counted)
      await expect.poll(() => second.notes).toEqual(['open one m app-server 4', 'usage.counted'])
      await account.close({ type: 'turn.completed' }, 't')
      expect(second.notes.at(-1)).toBe('turn.completed')
      second.refusal = usedUp
      expect(await stopped).toMatchObject({ code: 'usage_limit_exceeded' })
    })

    it('does not begin where no front end is there', async () => {
      await using rig = await startAccounts(nats)
      for (const front of rig.fronts) await front[Symbol.asyncDispose]()
      await expect(rig.remote.open(turn, 'app-server', () => {})).rejects.toMatchObject({ code: 'overloaded' })
    })
  })
})
