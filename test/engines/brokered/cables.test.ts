import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasNetworks, pieces, startHosts } from '../../support/cables.ts'
import type { Host } from '../../support/cables.ts'
import { needing } from '../../support/left-out.ts'
import { natsServer } from '../../support/nats.ts'
import type { EndedTurn, HostState } from '../../support/on-host.ts'

const program = join(import.meta.dirname, '../../support/on-host.ts')

needing('nats-server', natsServer !== undefined, () => {
  if (!hasNetworks)
    it('needs networks of one’s own', ({ skip }) => skip('unshare -rn and ip do not make networks here'))
  else
    describe('hosts whose cables are pulled', () => {
      let folder: string
      let network: Awaited<ReturnType<typeof startHosts>>
      let [front, one, other] = [] as unknown as [Host, Host, Host]

      beforeAll(async () => {
        folder = await mkdtemp(join(tmpdir(), 'cables-'))
        network = await startHosts(folder, {
          front: [program, 'front', 't'],
          one: [program, 'one', 't'],
          other: [program, 'other', 't']
        })
        ;[front, one, other] = ['front', 'one', 'other'].map((name) => network.hosts[name]!) as [Host, Host, Host]
        await Promise.all([front, one, other].map(({ child }) => once(child, 'message')))
      }, 60_000)
      afterAll(async () => {
        await network[Symbol.asyncDispose]()
        await rm(folder, { recursive: true, force: true, maxRetries: 5 })
      })

      const answerOf = <T>({ child }: Host, isIt: (message: object) => boolean) =>
        new Promise<T>((resolve) => {
          const look = (message: object) => {
            if (!isIt(message)) return
            child.off('message', look)
            resolve(message as T)
          }
          child.on('message', look)
        })
      const stateOf = (host: Host) => {
        host.child.send('state')
        return answerOf<HostState>(host, (message) => 'starts' in message)
      }
      const run = (prompt: string) => {
        front.child.send({ run: prompt })
        return answerOf<EndedTurn>(front, (message) => 'prompt' in message && message.prompt === prompt)
      }
      const cut = async (...cables: Host[]) => {
        for (const { cable } of cables) await cable('down')
        await sleep(1_000)
        for (const { cable } of cables) await cable('up')
      }

      it(
        'for a second: every event once; for good: its turns fail, end by themselves and never start again',
        { timeout: 120_000 },
        async () => {
          await expect.poll(async () => (await stateOf(front)).workers.length, { timeout: 10_000 }).toBe(2)
          const endless = Array.from({ length: 6 }, (_, index) => run(`endless ${index}`))
          await expect.poll(async () => (await stateOf(one)).running + (await stateOf(other)).running).toBe(6)
          const lost = (await stateOf(one)).running
          expect(lost).toBeGreaterThan(0)
          await one.cable('down')
          const pulledAt = performance.now()
          let failed = 0
          let failedAfter = Infinity
          for (const turn of endless)
            void turn.then(() => {
              failed += 1
              failedAfter = Math.min(failedAfter, performance.now() - pulledAt)
            })
          await expect.poll(async () => (await stateOf(front)).workers, { timeout: 10_000 }).toEqual(['other'])
          const turns = Array.from({ length: 4 }, (_, index) => run(`short ${index}`))
          await cut(other)
          await cut(front)
          await cut(front, other) // which is the broker's
          for (const turn of await Promise.all(turns))
            expect(turn).toMatchObject({ worker: 'other', text: pieces.join(''), end: 'turn.completed' })
          await expect.poll(() => failed, { timeout: 30_000 }).toBe(lost)
          expect(failedAfter).toBeGreaterThan(9_000)
          await expect.poll(async () => (await stateOf(one)).running, { timeout: 30_000 }).toBe(0)
          await one.cable('up')
          await expect
            .poll(async () => (await stateOf(front)).workers.toSorted(), { timeout: 60_000 })
            .toEqual(['one', 'other'])
          const starts = [await stateOf(one), await stateOf(other)].flatMap((state) => Object.entries(state.starts))
          expect(starts.map(([, count]) => count)).toEqual(Array.from({ length: 10 }, () => 1))
          expect(new Set(starts.map(([prompt]) => prompt)).size).toBe(10)
          other.child.kill('SIGKILL')
          expect((await Promise.all(endless)).map(({ end }) => end)).toEqual(endless.map(() => 'engine_stopped'))
        }
      )
    })
})
