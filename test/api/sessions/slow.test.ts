import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { anonymous } from '../../../src/access/principal.ts'
import { oneWorkspace, onlyWorkspace } from '../../../src/access/workspaces.ts'
import type { SessionsDependencies } from '../../../src/api/sessions/dependencies.ts'
import { enterSession } from '../../../src/api/sessions/enter.ts'
import type { ApiContext } from '../../../src/http/api.ts'
import { JournalStore } from '../../../src/sessions/journal-store.ts'
import { sessionsSchema } from '../../../src/sessions/schema.ts'
import { SessionStore } from '../../../src/sessions/session-store.ts'
import { Sessions } from '../../../src/sessions/sessions.ts'
import { Tables } from '../../../src/store/tables.ts'
import { later, opened, storeFolder } from '../../store/opened.ts'

it('a session stays in memory while a request is at work on it', async () => {
  const { store } = opened(await storeFolder())
  const tables = new Tables(store, sessionsSchema)
  const sessions = new Sessions({
    store: new SessionStore(tables),
    journals: new JournalStore(tables, { session: 1e6, owner: 1e7 }),
    threadOf: () => undefined,
    placeOf: () => ({ models: [], model: null, approvalPolicy: 'never', canAsk: false }),
    bounds: { count: 9, perOwner: 9, graceMs: 0 },
    ...{ idleMs: 3_600_000, patienceMs: 1_000, asked: () => {}, work: { mark: 'w', isLost: () => true } }
  })
  const thread = { owner: anonymous.id, workspace: onlyWorkspace.id, id: 'thread', name: null, preview: '' }
  const record = { ...thread, parent: null, archived: false, settings: {}, createdAt: 1, usedAt: 1 }
  const { id } = sessions.createForAgent(record, 'asess_1', { agent: '{}', labels: '{}', status: '{}' }).record
  const res = new EventEmitter()
  const ctx = { state: { principal: anonymous }, req: { headers: {} }, params: { id }, res } as unknown as ApiContext
  const found = await enterSession(ctx, {
    ...{ sessions, directory: oneWorkspace('read-only'), catalog: async () => undefined, places: { set() {} } },
    settings: { aliases: new Map(), advertised: [], stripAnswerTags: false }
  } as unknown as SessionsDependencies)
  later(61_000)
  sessions.sweep()
  expect(sessions.find(anonymous.id, id)).toBe(found)
  res.emit('close')
  later(61_000)
  sessions.sweep()
  expect(sessions.loaded(id)).toBeUndefined()
})
