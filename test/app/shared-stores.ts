import { randomBytes } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { ReplicatedStore } from '../../src/app/shared-store.ts'
import type { Journal } from '../../src/broker/broker.ts'
import { openNats } from '../../src/broker/nats.ts'
import { webhooksSchema } from '../../src/webhooks/schema.ts'
import { note, noteKind, opened, storeFolder } from '../store/opened.ts'
import { connectionTo } from '../support/nats.ts'
import type { Nats } from '../support/nats.ts'

const part = { name: 'part', version: 1, schema: note, limits: { count: 5, bytes: 10_000_000 } }

/** A store that is shared with those of the same name. While it is paused, what it sends does not reach the broker; while it is deaf, nothing reaches it. */
export async function startShared(nats: Nats, name: string) {
  const { store, lines } = opened(await storeFolder())
  const broker = await openNats({ ...connectionTo(nats, name), role: 'f', id: randomBytes(8).toString('hex') })
  onTestFinished(() => broker[Symbol.asyncDispose]())
  const { claims, journal } = broker
  let [paused, release, isLost] = [Promise.resolve(), () => {}, false]
  const pause = () => void (paused = new Promise((resolve) => (release = resolve)))
  let losesNext = false
  let [heard, hear] = [Promise.resolve(), () => {}]
  const slow: Journal = {
    prepare: () => journal.prepare(),
    last: async () => {
      await heard
      return journal.last()
    },
    async *follow(after) {
      for await (const message of journal.follow(after)) {
        await heard
        yield message
      }
    },
    async append(text) {
      await paused
      if (losesNext) return void (losesNext = false)
      await journal.append(text)
      if (!isLost) return
      isLost = false
      pause()
      throw new Error('no answer')
    }
  }
  const shared = new ReplicatedStore({
    ...{ store, claims, journal: slow, schemas: [webhooksSchema], isAlive: () => true }
  })
  onTestFinished(() => shared[Symbol.dispose]())
  await shared.start()
  const records = store.records(noteKind)
  return {
    ...{ store, lines, shared, records, parts: records.parts(part) },
    pause,
    deafen: () => void (heard = new Promise((resolve) => (hear = resolve))),
    hear: () => hear(),
    /** The answer to what it sends next is lost, and then it is paused. */
    lose: () => void (isLost = true),
    /** The broker says that it has stored what is sent next, and loses it. */
    loseStored: () => void (losesNext = true),
    release: async () => {
      release()
      await shared.settled()
    }
  }
}

/** Three of them. */
export async function startThree(nats: Nats) {
  const name = nats.newName()
  return [await startShared(nats, name), await startShared(nats, name), await startShared(nats, name)] as const
}
