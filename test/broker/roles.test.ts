import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inspectNats } from '../../src/broker/inspect.ts'
import { openNats } from '../../src/broker/nats.ts'
import type { Role } from '../../src/broker/roles.ts'
import { subjectsFor } from '../../src/wire/subjects.ts'
import { needing } from '../support/left-out.ts'
import { natsServer, startNats } from '../support/nats.ts'
import type { Nats } from '../support/nats.ts'
import { connectionAs, deployedFile, passwords, startDeployedNats } from './deployed.ts'

/** A worker that has a user to itself: it can hear nothing that is another worker's. */
const ownUser = `{ user: w1, password: "w1password", permissions {
  publish { allow: ["cg.v1.f.>", "cg.v1.beat.w.w1", "$JS.API.CONSUMER.MSG.NEXT.cg_v1_line.any", "$JS.ACK.cg_v1_line.any.>"] }
  subscribe { allow: ["_INBOX_w.w1.>", "cg.v1.w.w1", "cg.v1.beat.f.*", "cg.v1.beat.w.w1", "cg.v1.ask", "cg.v1.all"] }
  allow_responses: true } }`

needing('nats-server', natsServer !== undefined, () => {
  describe('the permissions of scripts/deploy/nats.conf', () => {
    let nats: Nats
    const inspect = (role: Role, as = role) =>
      inspectNats({ ...connectionAs(nats, as), role, id: 'doctor_1', listenMs: 0 })

    beforeAll(async () => {
      nats = await startDeployedNats(ownUser)
    })
    afterAll(() => nats[Symbol.asyncDispose]())

    it('name the streams that front ends make, and no others', async () => {
      const { subjects, address } = connectionAs(nats, 'f')
      await using broker = await openNats({ address, subjects, replicas: 1, role: 'f', id: 'f1' })
      await Promise.all([
        broker.line.prepare(),
        broker.journal.prepare(),
        broker.claims.prepare(),
        broker.homes.prepare()
      ])
      await Promise.all([broker.places.limit(1), broker.shares.limit(1)])
      const connection = await connect({
        servers: nats.url,
        user: 'front',
        pass: passwords.f,
        inboxPrefix: '_INBOX_f.t'
      })
      const manager = await jetstreamManager(connection)
      const made = (await manager.streams.names().next()).toSorted()
      await connection.close()
      const text = await readFile(deployedFile, 'utf8')
      expect([...new Set(text.match(/\bcg_v1_\w+/g))].toSorted()).toEqual(made)
    })

    it.each(['f', 'w'] as const)('allow role %s what it does, and nothing that is the other’s', async (role) => {
      expect(await inspect(role)).toMatchObject({
        ...{ hasJetStream: true, knowsUsers: true, isEncrypted: false },
        ...{ missing: [], excessive: [] }
      })
    })

    it('refuse a worker what a front end does', async () => {
      const { missing } = await inspect('f', 'w')
      expect(missing).toEqual(
        expect.arrayContaining(['publish cg.v1.store', 'publish cg.v1.all', 'subscription cg.v1.f.doctor_1'])
      )
    })

    it('refuse a front end what a worker does', async () => {
      const { missing } = await inspect('w', 'f')
      expect(missing).toEqual(expect.arrayContaining(['subscription cg.v1.w.doctor_1', 'subscription cg.v1.ask']))
    })

    it('let a worker neither read nor change a stream', async () => {
      const front = connectionAs(nats, 'f')
      await using broker = await openNats({ ...front, replicas: 1, role: 'f', id: 'f2' })
      await broker.journal.prepare()
      await broker.journal.append('a secret')
      const before = await broker.journal.last()
      const connection = await connect({
        servers: nats.url,
        user: 'worker',
        pass: passwords.w,
        inboxPrefix: '_INBOX_w.t'
      })
      const api = (name: string, body = '') =>
        connection.request(`$JS.API.${name}.cg_v1_store`, body, { timeout: 500 }).then(
          () => 'answered',
          () => 'refused'
        )
      const tries = [api('STREAM.MSG.GET', '{"seq":1}'), api('STREAM.PURGE'), api('STREAM.DELETE'), api('STREAM.INFO')]
      expect(await Promise.all(tries)).toEqual(['refused', 'refused', 'refused', 'refused'])
      await connection.close()
      expect(await broker.journal.last()).toBe(before)
    })

    it('can be narrowed to one worker, which then hears nothing of another', async () => {
      const address = { servers: [nats.url], user: 'w1', password: 'w1password', tls: false }
      const facts = await inspectNats({ address, subjects: subjectsFor('cg'), role: 'w', id: 'w1', listenMs: 0 })
      expect(facts).toMatchObject({ missing: [], excessive: [] })
      const connection = await connect({
        servers: nats.url,
        user: 'w1',
        pass: 'w1password',
        inboxPrefix: '_INBOX_w.w1'
      })
      const refused: unknown[] = []
      for (const subject of ['cg.v1.w.w2', '_INBOX_w.w2.>', 'cg.v1.w.>'])
        connection.subscribe(subject, { callback: (error) => void (error && refused.push(subject)) })
      await connection.flush()
      await expect.poll(() => refused).toEqual(['cg.v1.w.w2', '_INBOX_w.w2.>', 'cg.v1.w.>'])
      await connection.close()
    })

    it('of a broker without users are none, and nothing is lost by looking', async () => {
      await using open = await startNats()
      const address = { servers: [open.url], tls: false }
      const subjects = subjectsFor(open.newName())
      await using broker = await openNats({ address, subjects, replicas: 1, role: 'f', id: 'f3' })
      await broker.journal.prepare()
      await broker.journal.append('kept')
      const facts = await inspectNats({ address, subjects, role: 'w', id: 'doctor_2', listenMs: 0 })
      expect(facts.knowsUsers).toBe(false)
      expect(facts.excessive).toContain('publish $JS.API.STREAM.MSG.GET.' + subjects.named('store'))
      expect(await broker.journal.last()).toBe(1)
    })
  })
})
