import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { says } from '../../support/upstream/answer.ts'
import { runsOnce, stranger } from '../threads/start-threads.ts'
import { isIdleAgain, sharedSessions, until } from './start-sessions.ts'
import type { SessionEvent } from './start-sessions.ts'

const rig = sharedSessions(says('Hello.'), {
  CODEX_MAX_CONCURRENCY: '4',
  CODEX_SANDBOX: 'read-only',
  CODEX_APPROVALS: 'ask'
})

let folder: string
beforeAll(async () => void (folder = await mkdtemp('/var/tmp/asked-')))
afterAll(() => rm(folder, { recursive: true }))

/** Asks for a turn whose command writes a file of this name outside of the sandbox. Returns the question, and all events to the end of the turn. */
async function asks(file: string, more: object = { approvalPolicy: 'on-request' }) {
  const id = await rig().open(more)
  const escalated = { sandbox_permissions: 'require_escalated', justification: 'To see.' }
  rig().upstream.answerNext(runsOnce(`touch ${join(folder, file)}`, escalated))
  const asked = until(rig().events(id, 0), ({ event }) => event === 'server-request')
  const whole = until(rig().events(id, 0), isIdleAgain)
  await rig().call('POST', `/${id}/turn`, { prompt: 'Write.' })
  const answer = (body: object, token?: string) =>
    asked.then((events) => rig().call('POST', `/${id}/requests/${events.at(-1)!.data.requestId}`, body, token))
  return { id, asked: asked.then((events) => events.at(-1)!), whole, answer }
}

const requestsIn = (events: SessionEvent[]) =>
  events.flatMap(({ event, data }) => (event === 'server-request' ? data.status : []))
const commandIn = (events: SessionEvent[]) =>
  events.findLast(({ data }) => data.method === 'item/completed' && data.params.item.type === 'commandExecution')?.data
    .params.item

describe('what codex asks', () => {
  it('is put to those who watch, and done when they allow it; once', async () => {
    const { id, asked, whole, answer } = await asks('allowed')
    const { data } = await asked
    expect(data).toMatchObject({
      method: 'item/commandExecution/requestApproval',
      params: { command: expect.stringContaining('touch') as string, reason: 'To see.' },
      status: 'pending',
      decisions: expect.arrayContaining(['accept', 'cancel']) as string[]
    })
    expect((await rig().call('GET', `/${id}/state`)).body.state).toMatchObject({
      canAsk: true,
      pendingRequests: [{ requestId: data.requestId }]
    })
    expect((await answer({ decision: 'accept' }, stranger)).status).toBe(404)
    expect((await answer({ decision: 'maybe' })).body.error.param).toBe('decision')
    expect((await answer({})).body.error.param).toBe('decision')
    expect((await answer({ answers: { x: 'y' } })).body.error.param).toBe('decision')
    const [first, second] = [await answer({ decision: 'accept' }), await answer({ decision: 'accept' })]
    expect([first.status, second.status]).toEqual([200, 409])
    expect(first.body.request).toMatchObject({ status: 'answered', decision: 'accept' })
    const events = await whole
    expect(requestsIn(events)).toEqual(['pending', 'answered'])
    expect(commandIn(events)).toMatchObject({ status: 'completed' })
    expect(await readdir(folder)).toContain('allowed')
    expect((await rig().call('POST', `/${id}/requests/req_0`, { decision: 'accept' })).status).toBe(404)
  })

  it('is not done when they decline it, and when the turn is interrupted', async () => {
    const declined = await asks('declined')
    expect((await declined.answer({ decision: 'decline' })).status).toBe(200)
    expect(commandIn(await declined.whole)).toMatchObject({ status: 'declined' })
    const interrupted = await asks('interrupted')
    await interrupted.asked
    expect((await rig().call('POST', `/${interrupted.id}/turn/interrupt`)).status).toBe(200)
    expect(requestsIn(await interrupted.whole)).toEqual(['pending', 'cancelled'])
    expect(await readdir(folder)).not.toContainEqual(expect.stringMatching('declined|interrupted'))
  })

  it('is nothing where the caller has not chosen it', async () => {
    const { whole } = await asks('not-asked', {})
    expect(requestsIn(await whole)).toEqual([])
    expect(await readdir(folder)).not.toContain('not-asked')
  })

  it('is declined at once for a thread that nobody has a session for', async () => {
    const threadId = await rig().thread({ approvalPolicy: 'on-request' })
    const escalated = { sandbox_permissions: 'require_escalated', justification: 'To see.' }
    rig().upstream.answerNext(runsOnce(`touch ${join(folder, 'unwatched')}`, escalated))
    const { body } = await rig().say(threadId, 'x')
    expect(body.turn).toMatchObject({ items: [{}, { status: 'declined' }, {}] })
  })
})
