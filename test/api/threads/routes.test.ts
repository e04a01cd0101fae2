import { describe, expect, it } from 'vitest'
import { answer, says } from '../../support/upstream/answer.ts'
import type { OutputItem } from '../../support/upstream/items.ts'
import { owner, sharedThreads, stranger, text } from './start-threads.ts'

const rig = sharedThreads(says('Hello', ' from', ' Codex.'))

/** What a provider named OpenAI answers to `compaction_trigger` (codex-cli 0.169). */
const compaction: OutputItem = (place) => {
  const done = { id: `cmp_#N#_${place}`, type: 'compaction', encrypted_content: 'sealed' }
  return { done, events: [{ type: 'response.output_item.done', output_index: place, item: done }] }
}

/** Two turns on a new thread: its id and theirs. */
async function twoTurns(): Promise<{ id: string; turns: string[] }> {
  const id = await rig().thread()
  const turns: string[] = []
  for (const word of ['quince', 'medlar']) turns.push((await rig().say(id, word)).body.turn.id)
  return { id, turns }
}

describe('a thread', () => {
  it('is resumed with its turns', async () => {
    const { id, turns } = await twoTurns()
    const { status, body } = await rig().post('/thread/resume', { threadId: id, personality: 'pragmatic' })
    expect([status, body.thread.id]).toEqual([200, id])
    expect(body.thread.turns).toMatchObject(turns.map((turn) => ({ id: turn, status: 'completed' })))
    expect(body.olderTurnsCursor).toBeNull()
  })

  it('is forked, as a whole or up to a turn, and the fork goes its own way', async () => {
    const { id, turns } = await twoTurns()
    const all = await rig().post('/thread/fork', { threadId: id })
    expect(all.body.thread).toMatchObject({ forkedFromId: id, preview: 'quince', turns: [{}, {}] })
    const part = await rig().post('/thread/fork', { threadId: id, lastTurnId: turns[0] })
    expect(part.body.thread.turns).toHaveLength(1)
    expect((await rig().post('/thread/fork', { threadId: id, beforeTurnId: turns[1] })).body.thread.turns).toHaveLength(
      1
    )
    expect((await rig().say(part.body.thread.id, 'sorb')).body.turn.status).toBe('completed')
    const said = JSON.stringify(rig().upstream.requests.at(-1)?.body.input)
    expect([said.includes('quince'), said.includes('medlar'), said.includes('sorb')]).toEqual([true, false, true])
    expect((await rig().get(`/threads/${id}/turns`)).body.data).toHaveLength(2)
    const wrong = await rig().post('/thread/fork', { threadId: id, lastTurnId: id })
    expect([wrong.status, wrong.body.error]).toMatchObject([404, { code: 'turn_not_found', param: 'lastTurnId' }])
  })

  it('is named, archived and found', async () => {
    const id = await rig().thread()
    await rig().say(id, 'The 100%_sure word is Zwetschge.')
    expect((await rig().post('/thread/name/set', { threadId: id, name: ' Plums ' })).body.thread.name).toBe('Plums')
    const found = async (query: string) => (await rig().get(`/threads?${query}`)).body.data.map(({ id }) => id)
    expect(await found('search=zwetschge')).toEqual([id])
    expect(await found('search=100%25_s')).toEqual([id])
    expect(await found('search=10__')).toEqual([])
    expect(await found('search=plums&archived=true')).toEqual([])
    expect((await rig().post('/thread/archive', { threadId: id })).body.thread.archived).toBe(true)
    expect(await found('search=plums&archived=true')).toEqual([id])
    expect(await found('search=plums')).toEqual([])
    for (const path of ['/turn/start', '/thread/resume', '/thread/fork', '/review/start']) {
      const { status, body } = await rig().post(path, {
        threadId: id,
        input: text('x'),
        target: { type: 'uncommittedChanges' }
      })
      expect([path, status, body.error.code]).toEqual([path, 409, 'conflict'])
    }
    expect((await rig().post('/thread/unarchive', { threadId: id })).body.thread.archived).toBe(false)
    expect((await rig().say(id, 'again')).body.turn.status).toBe('completed')
  })

  it('loses a turn and all after it by revert', async () => {
    const { id, turns } = await twoTurns()
    const reverted = await rig().post('/thread/revert', { threadId: id, beforeTurnId: turns[1] })
    expect(reverted.body.thread.turns).toMatchObject([{ id: turns[0] }])
    await rig().say(id, 'sorb')
    expect(JSON.stringify(rig().upstream.requests.at(-1)?.body.input)).not.toContain('medlar')
    const wrong = await rig().post('/thread/revert', { threadId: id, beforeTurnId: 'nothing' })
    expect([wrong.status, wrong.body.error.param]).toEqual([404, 'beforeTurnId'])
  })

  it('is compacted and reviewed, as turns', async () => {
    const { id } = await twoTurns()
    const review = await rig().post('/review/start', {
      threadId: id,
      target: { type: 'custom', instructions: 'Look.' }
    })
    expect(review.body, JSON.stringify(review.body)).toMatchObject({
      reviewThreadId: id,
      turn: { status: 'completed' }
    })
    expect(review.body.turn.items.map(({ type }) => type)).toContain('exitedReviewMode')
    rig().upstream.answerNext(answer([compaction]))
    const compacted = await rig().post('/thread/compact/start', { threadId: id })
    expect(compacted.body.turn).toMatchObject({ status: 'completed', items: [{ type: 'contextCompaction' }] })
    expect((await rig().say(id, 'after')).body.turn.status).toBe('completed')
  })

  it('is deleted, with its forks when they are to go too', async () => {
    const { id } = await twoTurns()
    const fork = (await rig().post('/thread/fork', { threadId: id })).body.thread.id
    const before = (await rig().rollouts()).length
    const refused = await rig().ask('DELETE', `/threads/${id}`)
    expect([refused.status, refused.body.error.code]).toEqual([409, 'conflict'])
    expect(refused.body.error.message).toContain(fork)
    expect((await rig().ask('DELETE', `/threads/${id}?forks=true`)).body).toEqual({ deleted: [fork, id] })
    expect(await rig().rollouts()).toHaveLength(before - 2)
    for (const gone of [id, fork]) expect((await rig().say(gone, 'x')).status).toBe(404)
    const archived = await rig().thread()
    await rig().say(archived, 'x')
    await rig().post('/thread/archive', { threadId: archived })
    expect((await rig().ask('DELETE', `/threads/${archived}`)).status).toBe(200)
  })

  it('has pages of turns and of items', async () => {
    const { id, turns } = await twoTurns()
    const newest = (await rig().get(`/threads/${id}/turns?limit=1`)).body
    expect(newest.data).toMatchObject([{ id: turns[1] }])
    const next = await rig().get(`/threads/${id}/turns?limit=1&cursor=${encodeURIComponent(newest.nextCursor)}`)
    expect([next.body.data[0]?.id, next.body.nextCursor]).toEqual([turns[0], null])
    const items = (await rig().get(`/threads/${id}/items?limit=3`)).body
    expect(items.data.map(({ item }) => item.type)).toEqual(['userMessage', 'agentMessage', 'userMessage'])
    const one = await rig().get(`/threads/${id}/items?turnId=${turns[1]}&sortDirection=desc`)
    expect(one.body.data).toMatchObject([{ item: { text: 'Hello from Codex.' } }, { turnId: turns[1] }])
    const other = await rig().thread()
    for (const list of ['turns', 'items']) {
      const page = await rig().get(`/threads/${other}/${list}?cursor=${encodeURIComponent(newest.nextCursor)}`)
      expect([page.status, page.body.error.param]).toEqual([400, 'cursor'])
    }
    expect((await rig().get(`/threads/${other}/turns`)).body.data).toEqual([])
    expect((await rig().get(`/threads/${other}/items?turnId=${turns[0]}`)).body.data).toEqual([])
  })

  it('goes on where its gateway was restarted, with or without a turn before', async () => {
    const [used, fresh] = [await rig().thread(), await rig().thread({ cwd: '.' })]
    const turn = (await rig().say(used, 'before')).body.turn.id
    await rig().restart()
    expect((await rig().get(`/turns/${turn}`)).body.turn).toMatchObject({
      status: 'completed',
      items: [{ type: 'userMessage' }, { text: 'Hello from Codex.' }]
    })
    for (const id of [used, fresh]) expect((await rig().say(id, 'after')).body.turn.status).toBe('completed')
    expect(JSON.stringify(rig().upstream.requests.at(-2)?.body.input)).toContain('before')
  })
})

describe('a list of threads', () => {
  it('has pages, the most recently used first, and nobody else’s', async () => {
    const ids = [await rig().thread(), await rig().thread(), await rig().thread()].reverse()
    const first = (await rig().get('/threads?limit=2')).body
    expect(first.data.map(({ id }) => id)).toEqual(ids.slice(0, 2))
    const second = (await rig().get(`/threads?limit=1&cursor=${first.nextCursor}`)).body
    expect(second.data).toMatchObject([{ id: ids[2], status: { type: 'idle' }, cwd: '.' }])
    expect((await rig().get('/threads', stranger)).body).toEqual({ ok: true, data: [], threads: [], nextCursor: null })
    for (const query of ['cursor=nonsense', 'limit=0', 'archived=maybe'])
      expect((await rig().get(`/threads?${query}`)).body.error.param).toBe(query.split('=')[0])
  })
})

describe('a stranger', () => {
  it('gets 404 on every route that names a thread or a turn', async () => {
    const { id, turns } = await twoTurns()
    const target = { type: 'uncommittedChanges' }
    const more = { input: text('x'), name: 'x', beforeTurnId: turns[0], expectedTurnId: turns[0], target }
    const posts = ['resume', 'fork', 'read', 'archive', 'unarchive', 'name/set', 'compact/start', 'revert']
      .map((name) => `/thread/${name}`)
      .concat('/turn/start', '/turn/interrupt', '/turn/steer', '/review/start')
    for (const path of posts) {
      const { status, body } = await rig().post(path, { threadId: id, ...more }, stranger)
      expect([path, status, body.error.code]).toEqual([path, 404, 'thread_not_found'])
    }
    for (const path of [`/threads/${id}`, `/threads/${id}/turns`, `/threads/${id}/items`, `/turns/${turns[0]}`])
      expect([path, (await rig().get(path, stranger)).status]).toEqual([path, 404])
    expect((await rig().ask('DELETE', `/threads/${id}?forks=true`, undefined, stranger)).status).toBe(404)
    expect((await rig().get(`/threads/${id}`)).body.thread.name).toBeNull()
    expect((await rig().get(`/threads/${id}`, 'cgw_no-token-of-anybody')).status).toBe(401)
    const elsewhere = await rig().ask('GET', `/threads/${id}`, undefined, owner, 'w/another')
    expect([elsewhere.status, elsewhere.body.error.code]).toEqual([404, 'workspace_not_found'])
    expect((await rig().ask('GET', `/threads/${id}`, undefined, owner, 'w/default')).body.thread.id).toBe(id)
  })
})

describe('the installation', () => {
  it('tells its models and the limits of its account', async () => {
    const models = (await rig().get('/models?limit=1')).body
    expect(models).toMatchObject({ data: [{ isDefault: true }], nextCursor: '1' })
    expect((await rig().get(`/models?cursor=${models.nextCursor}`)).body.data.length).toBeGreaterThan(1)
    expect((await rig().get('/account/rate-limits')).body).toEqual({ rateLimits: { primary: null, secondary: null } })
  })
})
