import type { NatsConnection } from '@nats-io/transport-node'
import { expect, it, onTestFinished, vi } from 'vitest'
import { NatsMail } from '../../src/broker/mail.ts'
import { NatsPull } from '../../src/broker/pull.ts'

it('an answer that cannot be sent any more ends no gateway', async () => {
  const unhandled = vi.fn<() => void>()
  process.on('unhandledRejection', unhandled)
  onTestFinished(() => void process.off('unhandledRejection', unhandled))
  const subscribe = vi.fn<NatsConnection['subscribe']>()
  const connection = { subscribe, status: async function* () {} } as unknown as NatsConnection
  const respond = vi.fn<() => boolean>(() => {
    throw new Error('closed connection')
  })
  new NatsMail(connection).listen('subject', async () => ({ done: true }))
  const message = { reply: 'inbox', json: () => ({}), respond }
  void subscribe.mock.calls[0]?.[1]?.callback?.(null, message as never)
  await new Promise(setImmediate)
  expect([respond.mock.calls.length, unhandled.mock.calls.length]).toEqual([1, 0])
})

it('a ticket that cannot be acknowledged any more ends no worker', () => {
  const subscribe = vi.fn<NatsConnection['subscribe']>()
  const connection = { subscribe } as unknown as NatsConnection
  const acknowledged = vi.fn<(answer: (how: 'done' | 'again') => void) => void>((answer) => answer('done'))
  new NatsPull(connection, { api: 'api', inbox: 'inbox', onTicket: (_ticket, answer) => acknowledged(answer) })
  const message = {
    json: () => ({}),
    respond() {
      throw new Error('closed connection')
    }
  }
  expect(() => void subscribe.mock.calls[0]?.[1]?.callback?.(null, message as never)).not.toThrow()
  expect(acknowledged).toHaveBeenCalled()
})
