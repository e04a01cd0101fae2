import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { StoredCompletions } from '../../../src/api/chat/stored-completions.ts'
import { completionKind } from '../../../src/api/chat/stored-kind.ts'
import { Store } from '../../../src/store/store.ts'
import { completionPage, errorBody } from '../../support/openai-schemas.ts'
import { message, toolCall, turn } from '../../support/scripted-engine.ts'
import { bounds } from '../../store/opened.ts'
import { ask, startChat } from './start-chat.ts'
import type { StartedChat } from './start-chat.ts'

describe('the list of stored chat completions', () => {
  let served: StartedChat
  let home: string
  let store: Store
  const ids: string[] = []
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'completions-'))
    store = new Store({ folder: join(home, 'gateway') })
    const completions = new StoredCompletions(store.records(completionKind(bounds)))
    served = await startChat(turn(toolCall('c', 'f', '{}'), ...message('m', 'pong')), {
      completions,
      aliases: { other: { model: 'gpt-test' } }
    })
    for (const [model, metadata] of [
      ['gpt-test', { topic: 'demo', 'odd "]\' key': 'x' }],
      ['other', { topic: 'demo' }],
      ['gpt-test', { topic: 'other' }]
    ] as const) {
      const tools = [{ type: 'function', function: { name: 'f' } }]
      const response = await served.post({ ...ask, model, store: true, metadata, tools })
      ids.push(((await response.json()) as { id: string }).id)
    }
  })
  afterAll(async () => {
    await served[Symbol.asyncDispose]()
    store[Symbol.dispose]()
    await rm(home, { recursive: true })
  })

  const list = async (query: string) => {
    const page = completionPage.parse(await (await fetch(`${served.url}/v1/chat/completions?${query}`)).json())
    return page.data.map(({ id }) => ids.indexOf(id)).join('') + (page.has_more ? ' …' : '')
  }

  it.each([
    ['', '012'],
    ['order=desc', '210'],
    ['limit=2', '01 …'],
    ['limit=2&order=desc', '21 …'],
    ['model=other', '1'],
    ['model=none', ''],
    ['metadata[topic]=demo', '01'],
    ['metadata%5Btopic%5D=demo&model=gpt-test', '0'],
    [`metadata[topic]=demo&metadata[${encodeURIComponent('odd "]\' key')}]=x`, '0']
  ])('is filtered and cut by its query: %s', async (query, expected) => {
    expect(await list(query)).toBe(expected)
  })

  it('goes on behind one of them', async () => {
    expect(await list(`after=${ids[0]}`)).toBe('12')
    expect(await list(`after=${ids[1]}&order=desc`)).toBe('0')
    expect(await list(`after=${ids[0]}&metadata[topic]=demo`)).toBe('1')
  })

  it.each([
    ['?limit=0', 400, 'invalid_value'],
    ['?after=chatcmpl-1', 400, 'invalid_value'],
    ['?metadata[a]=1&metadata[a]=2', 400, 'invalid_type'],
    ['/chatcmpl-1', 404, 'chat_completion_not_found'],
    ['/chatcmpl-1/messages', 404, 'chat_completion_not_found'],
    ['/other', 404, 'chat_completion_not_found']
  ])('is refused what is wrong: %s', async (path, status, code) => {
    const response = await fetch(`${served.url}/v1/chat/completions${path}`)
    expect([response.status, errorBody.parse(await response.json()).error.code]).toEqual([status, code])
  })
})
