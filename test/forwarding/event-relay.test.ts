import { expect, it } from 'vitest'
import { NobodyListens } from '../../src/broker/broker.ts'
import { eventReceiver } from '../../src/forwarding/event-receiver.ts'
import { EventRelay } from '../../src/forwarding/event-relay.ts'
import { Store } from '../../src/store/store.ts'
import type { WebhookEvent } from '../../src/webhooks/event.ts'
import { toFrontFrom } from '../../src/wire/messages.ts'
import { subjectsFor } from '../../src/wire/subjects.ts'
import type { ToWebhooks } from '../../src/wire/webhooks.ts'
import { storeFolder } from '../store/opened.ts'
import { startReceiver } from '../webhooks/receiver.ts'
import { startWebhooks } from '../webhooks/start-webhooks.ts'

const subjects = subjectsFor('test')
const idle = (id: string): WebhookEvent => ({ type: 'agent.session.idle', data: { id, environment_type: 'none' } })

type Front = (message: ToWebhooks) => unknown

/** A worker's relay, whose messages `fronts` answer by name; those that are not there have nobody who listens. */
async function relayTo(fronts: Map<string, Front>, folder?: string) {
  const lines: object[] = []
  const store = new Store({ folder: folder ?? (await storeFolder()), warn: (fields) => void lines.push(fields) })
  const asked: ToWebhooks[] = []
  const relay = new EventRelay({
    ...{ store, subjects, sender: () => ({ worker: 'w1', run: 'r1' }), frontsFor: () => [...fronts.keys()] },
    mail: {
      maxChars: 100_000,
      async request(subject, message) {
        const read = toFrontFrom(JSON.parse(JSON.stringify(message))) as ToWebhooks
        asked.push(read)
        const answer = [...fronts].find(([front]) => subject === subjects.front(front))?.[1]
        if (!answer) throw new NobodyListens()
        return answer(read)
      }
    }
  })
  return {
    ...{ asked, lines, relay },
    publish: (owner: string, ...events: WebhookEvent[]) =>
      store.transaction((connection) => {
        for (const event of events) relay.publish(connection, owner, event)
      }),
    waiting: () => store.use((connection) => connection.get('SELECT count(*) FROM relayed_webhook_events')?.[0]),
    async [Symbol.asyncDispose]() {
      await relay[Symbol.asyncDispose]()
      store[Symbol.dispose]()
    }
  }
}

const idsIn = (messages: ToWebhooks[]) =>
  messages.map(({ owner, events }) => [owner, events.map(({ data }) => data.id)])
const stored = () => ({ stored: true })

it('what happens on a worker waits for a front end, over a restart, and is then sent in order, each owner’s by itself', async () => {
  const folder = await storeFolder()
  const fronts = new Map<string, Front>()
  {
    await using former = await relayTo(fronts, folder)
    former.publish('ann', idle('1'), idle('2'))
    former.publish('bob', idle('3'))
    former.publish('ann', idle('4'))
    expect(former.waiting()).toBe(4)
  }
  fronts.set('f1', stored)
  await using rig = await relayTo(fronts, folder)
  rig.relay.wake()
  await expect.poll(rig.waiting).toBe(0)
  expect(idsIn(rig.asked)).toEqual([
    ['ann', ['1', '2', '4']],
    ['bob', ['3']]
  ])
  const [event] = rig.asked[0]!.events
  expect(event).toMatchObject({ type: 'agent.session.idle', data: { environment_type: 'none' } })
  expect(Math.abs(event!.createdAt - Date.now())).toBeLessThan(60_000)
})

it('a front end that does not know of webhooks, or fails, gives way to the next', async () => {
  const fail = () => Promise.reject(new Error('timeout'))
  await using rig = await relayTo(
    new Map<string, Front>([
      ['old', () => undefined],
      ['dead', fail],
      ['new', stored]
    ])
  )
  rig.publish('ann', idle('1'))
  await expect.poll(rig.waiting).toBe(0)
  expect(rig.asked).toHaveLength(3)
})

it('what a front end refuses is not sent again, and is in the log', async () => {
  const receive = () => expect.unreachable()
  const receiver = eventReceiver({ holder: async () => 'w2' }, { receive })
  await using rig = await relayTo(new Map([['f1', receiver]]))
  rig.publish('ann', idle('1'))
  await expect.poll(rig.waiting).toBe(0)
  expect(rig.lines).toMatchObject([
    { principal: 'ann', error: expect.stringContaining('not on this worker') as unknown }
  ])
})

it('of one owner no more wait than 10,000, and many are several messages', async () => {
  const fronts = new Map<string, Front>()
  await using rig = await relayTo(fronts)
  rig.publish('ann', ...Array.from({ length: 10_001 }, (_, at) => idle(String(at))))
  rig.publish('bob', idle('b'))
  expect(rig.waiting()).toBe(10_001)
  fronts.set('f1', stored)
  await expect.poll(rig.waiting).toBe(0)
  const sent = idsIn(rig.asked).flatMap(([owner, ids]) => (owner === 'ann' ? ids : []))
  expect([sent.length, sent[0], sent.at(-1)]).toEqual([10_000, '0', '9999'])
  expect(Math.max(...rig.asked.map(({ events }) => events.length))).toBe(100)
})

it('an event that comes again is delivered under the same id, and once where it still waits', async () => {
  await using receiver = await startReceiver()
  const { store, webhooks } = startWebhooks(await storeFolder(), receiver)
  await webhooks.endpoints.create('ann', { name: 'a', url: receiver.url, eventTypes: ['agent.session.idle'] })
  const event = { ...idle('1'), origin: { id: `evt_${'0'.repeat(32)}`, createdAt: 1_700_000_000_500 } }
  webhooks.receive('ann', [event, event])
  await expect.poll(() => receiver.received).toHaveLength(1)
  await expect.poll(() => store.use((connection) => connection.all('SELECT 1 FROM webhook_deliveries'))).toEqual([])
  webhooks.receive('ann', [event])
  await expect.poll(() => receiver.received).toHaveLength(2)
  const [first, second] = receiver.received.map(({ headers, body }) => [headers['webhook-id'], body])
  expect(second).toEqual(first)
  expect(receiver.received[0]!.event).toMatchObject({ id: event.origin.id, created_at: 1_700_000_000 })
})
