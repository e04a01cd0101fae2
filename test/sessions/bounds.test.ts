import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JournalStore } from '../../src/sessions/journal-store.ts'
import { SessionStore } from '../../src/sessions/session-store.ts'
import { Sessions } from '../../src/sessions/sessions.ts'
import { Tables } from '../../src/store/tables.ts'
import { sessionsSchema } from '../../src/sessions/schema.ts'
import { Store } from '../../src/store/store.ts'
import type { ThreadRecord } from '../../src/threads/record.ts'

let folder: string
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'bounds-'))))
afterAll(() => rmSync(folder, { recursive: true }))

let stores = 0

function startSessions({ count = 12, perOwner = 12, graceMs = 0, idleMs = 60_000, mark = 'w' } = {}, store?: Store) {
  const opened = store ?? new Store({ folder: join(folder, String(++stores)) })
  const tables = new Tables(opened, sessionsSchema)
  const sessions = new Sessions({
    store: new SessionStore(tables),
    journals: new JournalStore(tables, { session: 1e6, owner: 1e7 }),
    threadOf: ({ thread, owner, workspace }) => threadFor(owner, thread, workspace),
    placeOf: () => ({ models: [], model: null, approvalPolicy: 'never', canAsk: false }),
    bounds: { count, perOwner, graceMs },
    idleMs,
    patienceMs: 1_000,
    asked: () => {},
    work: { mark, isLost: (worker = '') => worker === mark || worker.startsWith('lost') }
  })
  return { sessions, store: opened, [Symbol.dispose]: () => opened[Symbol.dispose]() }
}

let threads = 0
const threadFor = (owner: string, id = `t${++threads}`, workspace = 'default'): ThreadRecord => ({
  ...{ id, owner, workspace, name: null, preview: '', parent: null, archived: false, settings: {} },
  ...{ createdAt: 1, usedAt: 1 }
})

/** Watches a session until `stop` is called. Resolves with all it was sent. */
function watch(session: ReturnType<Sessions['create']>) {
  const leaving = new AbortController()
  let text = ''
  const over = session.watch((events) => void (text += events), leaving.signal)
  return { stop: () => leaving.abort(), over: over.then((reason) => ({ reason, text })) }
}

describe('the sessions of a gateway', () => {
  it('are never more than the bound, of two hundred that are opened', () => {
    using rig = startSessions()
    const owners = ['ana', 'ben', 'cem']
    for (let n = 0; n < 200; n++) {
      rig.sessions.create(threadFor(owners[n % 3]!))
      const all = owners.flatMap((owner) => rig.sessions.list(owner))
      expect(all.length).toBeLessThanOrEqual(12)
    }
    for (const owner of owners) expect(Math.abs(rig.sessions.list(owner).length - 4)).toBeLessThan(2)
  })

  it('give way to a new one only where nobody uses them, those of who has most first', async () => {
    using rig = startSessions({ count: 4 })
    const [watched, turning, idle, other] = ['ana', 'ana', 'ana', 'ben'].map((owner) =>
      rig.sessions.create(threadFor(owner))
    )
    const { over, stop } = watch(watched!)
    const observer = turning!.observe()
    const closed = watch(idle!)
    closed.stop()
    await closed.over
    rig.sessions.create(threadFor('cem'))
    expect(
      rig.sessions
        .list('ana')
        .map(({ record }) => record.id)
        .sort()
    ).toEqual([watched!.record.id, turning!.record.id].sort())
    expect(rig.sessions.find('ben', other!.record.id)).toBe(other)
    expect(() => rig.sessions.create(threadFor('ben'))).toThrow('too many sessions')
    observer.ended(undefined)
    stop()
    await over
    rig.sessions.create(threadFor('ben'))
    expect(rig.sessions.list('ana')).toHaveLength(1)
  })

  it('are bounded for each owner, and a new one has a while to be used', () => {
    using rig = startSessions({ perOwner: 2, graceMs: 60_000 })
    rig.sessions.create(threadFor('ana'))
    rig.sessions.create(threadFor('ana'))
    expect(() => rig.sessions.create(threadFor('ana'))).toThrow('too many sessions')
    expect(rig.sessions.create(threadFor('ben'))).toBeDefined()
  })

  it('are closed when nobody has used them for long; an open event stream is use', async () => {
    using rig = startSessions({ idleMs: 50 })
    const [watched, idle] = [rig.sessions.create(threadFor('ana')), rig.sessions.create(threadFor('ana'))]
    const { over, stop } = watch(watched)
    await new Promise((resolve) => setTimeout(resolve, 60))
    rig.sessions.sweep()
    expect(rig.sessions.list('ana')).toEqual([watched])
    expect(() => rig.sessions.find('ana', idle.record.id)).toThrow('no such session')
    stop()
    await over
    await new Promise((resolve) => setTimeout(resolve, 60))
    rig.sessions.sweep()
    expect(rig.sessions.list('ana')).toEqual([])
  })

  it('say why they end to those who watch', async () => {
    using rig = startSessions()
    for (const reason of ['deleted', 'expired', 'evicted'] as const) {
      const session = rig.sessions.create(threadFor('ana'))
      const { over } = watch(session)
      rig.sessions.close(session, reason)
      expect(await over).toMatchObject({ reason, text: expect.stringContaining(`"reason":"${reason}"`) as string })
    }
  })

  it('go on in the next gateway, but not in two at once', () => {
    using rig = startSessions({ mark: 'lost-1' })
    const session = rig.sessions.create(threadFor('ana', 'shared-thread'))
    const observer = session.observe()
    observer.noted({ method: 'turn/started', params: { turn: { id: 'turn' } }, json: '{"method":"turn/started"}' })
    session.journal.flush()
    const next = startSessions({ mark: 'second' }, rig.store).sessions
    const found = next.find('ana', session.record.id)
    expect(found.state()).toMatchObject({ activeTurn: false, lastTurnStatus: 'interrupted' })
    expect(found.journal.seq).toBeGreaterThan(session.journal.seq)
    const third = startSessions({ mark: 'third' }, rig.store).sessions
    expect(() => third.find('ana', session.record.id)).toThrow('Another process')
    expect(third.list('ana')).toEqual([])
    expect(next.ofThread('shared-thread')).toBe(found)
  })
})
