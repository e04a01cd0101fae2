import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Resources } from '../../src/agents/resources.ts'
import { AgentStore } from '../../src/sessions/agent-store.ts'
import { sessionsSchema } from '../../src/sessions/schema.ts'
import { RecordStore } from '../../src/sessions/record-store.ts'
import { SessionStore } from '../../src/sessions/session-store.ts'
import { Store } from '../../src/store/store.ts'
import { Tables } from '../../src/store/tables.ts'

const folder = mkdtempSync(join(tmpdir(), 'bounds-'))
const store = new Store({ folder })
afterAll(() => {
  store[Symbol.dispose]()
  rmSync(folder, { recursive: true, force: true })
})

const kind = { name: 'thing', version: 1, schema: z.object({ text: z.string() }) }
const sized = (length: number) => ({ text: 'x'.repeat(length) })

describe('an owner', () => {
  it('has its share of the count and of the bytes, and leaves the others theirs', async () => {
    const things = new Resources(store, kind, { count: 4, perOwner: 2, bytes: 4_000 })
    const refused = { code: 'rate_limited' }
    await things.add('ada', 'a1', sized(900))
    await expect(things.add('ada', 'a2', sized(1_500))).rejects.toMatchObject({
      ...refused,
      message: 'With this one yours are too large together. Delete some.'
    })
    await things.add('ada', 'a2', sized(900))
    await expect(things.add('ada', 'a3', sized(1))).rejects.toMatchObject({
      ...refused,
      message: 'You have too many of these: at most 2. Delete some.'
    })
    await expect(things.replace('ada', 'a1', sized(1_990))).rejects.toMatchObject(refused)
    await things.replace('ada', 'a1', sized(20))
    for (const id of ['b1', 'b2']) await things.add('bob', id, sized(20))
    await expect(things.add('cleo', 'c1', sized(1))).rejects.toMatchObject({
      ...refused,
      message: 'This gateway has no room for more: what all its users have stored fills it.'
    })
  })

  it('can delete the last of its deleted sessions again', () => {
    const tables = new Tables(store, sessionsSchema)
    const sessions = new SessionStore(tables)
    const columns = { agent: '{}', labels: '{}', status: '{}' }
    for (let n = 0; n <= 1_000; n++) {
      const session = { id: `d${n}`, owner: 'dora', workspace: 'w', thread: 't', createdAt: 1, usedAt: 1 }
      sessions.add(session, 'w', columns)
      sessions.delete(session.id)
    }
    const records = new RecordStore(tables)
    expect(['d0', 'd1', 'd1000'].map((id) => records.deletedIn('dora', id))).toEqual([undefined, 'w', 'w'])
    expect(records.deletedIn('ada', 'd1')).toBe(undefined)
    sessions.adopt('dora', 'dorothy')
    expect(records.deletedIn('dorothy', 'd1')).toBe('w')
  })

  it('has used what its sessions were made with', () => {
    const tables = new Tables(store, sessionsSchema)
    const [sessions, agents] = [new SessionStore(tables), new AgentStore(tables)]
    const session = { id: 's', owner: 'ada', workspace: 'default', thread: 't', createdAt: 1, usedAt: 1 }
    const used = () => agents.bytes({ id: 's', owner: 'ada' })
    sessions.add(session, 'w', { agent: 'x'.repeat(1_000), labels: '{}', status: '{}' })
    expect(used()).toEqual({ own: 1_002, all: 1_002 })
    sessions.update('s', { agent: 'x'.repeat(10), labels: 'x'.repeat(20) })
    expect(used()).toEqual({ own: 30, all: 30 })
    sessions.update('s', { usedAt: 2 })
    expect(used().all).toBe(30)
    sessions.delete('s')
    expect(used().all).toBe(0)
  })
})
