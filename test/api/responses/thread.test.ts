import { describe, expect, it } from 'vitest'
import { persistentThreadOf, settingsHash, withThread } from '../../../src/api/responses/thread.ts'
import type { Previous } from '../../../src/api/responses/stored-responses.ts'
import type { HistoryItem, TurnRequest } from '../../../src/turn/request.ts'
import { newReport } from '../../../src/turn/report.ts'

const request: TurnRequest = { input: [{ type: 'text', text: 'And?' }], instructions: 'Be brief.', model: 'm' }
const engine = { nameFor: ({ engine }: TurnRequest) => engine ?? 'app-server' }
const message = (role: 'user' | 'assistant'): HistoryItem => ({ type: 'message', role, content: [] })
const history = [message('user'), message('assistant')]
const inNew = { kind: 'new', persistent: true } as const

/** What a response continues that was made in a thread; `isFirst`: no other has continued it. */
const previousOf = (isFirst: boolean, more: Partial<NonNullable<Previous['thread']>> = {}): Previous => ({
  ...{ history, thread: { id: 't', settings: 's', ...more } },
  claim: async () => isFirst
})

describe('a thread that is kept', () => {
  it.each<Partial<TurnRequest>>([
    { instructions: 'Be long.' },
    { model: 'other' },
    { profile: 'bare' },
    { sandbox: 'read-only' },
    { folder: 'below' },
    { serviceTier: 'flex' },
    { webSearch: { live: true } },
    { engine: 'exec' }
  ])('is not for a turn that differs in %o', (other) => {
    const hash = settingsHash(request, engine)
    expect(settingsHash({ ...request, ...other }, engine)).not.toBe(hash)
    expect(settingsHash({ ...request, input: [], effort: 'low' }, engine)).toBe(hash)
  })

  it.each<[string, Partial<TurnRequest>, Previous | undefined, TurnRequest['thread']]>([
    ['begins with one that the client may continue', {}, undefined, inNew],
    ['begins after a question alone', { history: [message('user')] }, undefined, inNew],
    ['is of no use to a client that sends its history', { history }, undefined, undefined],
    ['takes no tools', { tools: [{ name: 'f' }] }, previousOf(true), undefined],
    ['shows no reasoning that is encrypted', { encryptedReasoning: true }, previousOf(true), undefined],
    ['goes on where it was', { history }, previousOf(true), { kind: 'resume', id: 't', heldItems: 2 }],
    [
      'goes on where it is, with what it contains',
      { history },
      previousOf(true, { worker: 'w', heldItems: 1 }),
      { kind: 'resume', id: 't', heldItems: 1, worker: 'w' }
    ],
    [
      'is forked where it has gone on',
      { history },
      previousOf(false, { turn: 'u', worker: 'w' }),
      { kind: 'fork', id: 't', afterTurn: 'u', heldItems: 2, worker: 'w' }
    ],
    ['is new where it cannot be forked', { history }, previousOf(false), inNew],
    ['is new where the settings are', {}, previousOf(true, { settings: 'x' }), inNew],
    ['is new where there was none', {}, { ...previousOf(true), thread: undefined }, inNew]
  ])('%s', async (_title, more, previous, thread) => {
    const turn = await withThread({ ...request, ...more }, 's', previous)
    expect(turn).toStrictEqual(thread ? { ...request, ...more, thread } : { ...request, ...more })
  })

  it('is stored with its turn and its worker, unless its answer is cut off', () => {
    const persistent: TurnRequest = { ...request, thread: { kind: 'new', persistent: true } }
    const report = { ...newReport(), threadId: 't' }
    expect(persistentThreadOf(report, persistent, 's')).toStrictEqual({ id: 't', settings: 's' })
    expect(persistentThreadOf({ ...report, turnId: 'u', worker: 'w' }, persistent, 's')).toStrictEqual({
      ...{ id: 't', settings: 's' },
      ...{ turn: 'u', worker: 'w' }
    })
    expect(persistentThreadOf({ ...report, cut: 'length' }, persistent, 's')).toBeUndefined()
    expect(persistentThreadOf(report, request, 's')).toBeUndefined()
    expect(persistentThreadOf(newReport(), persistent, 's')).toBeUndefined()
  })
})
