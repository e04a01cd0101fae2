import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { Tokens } from '../../src/access/tokens.ts'
import { conversationsFor, prepareStore, responseRecords, storeFor } from '../../src/app/storage.ts'
import { configFrom } from '../../src/config/config.ts'
import { ask, startResponses } from '../api/responses/start-responses.ts'
import { message, turn } from '../support/scripted-engine.ts'

const [renamed, unchanged] = ['sk-test-aaaaaaaaaaaaaaaaaaaa', 'sk-test-bbbbbbbbbbbbbbbbbbbb']

it('what a token stored belongs to the name that the token has got, after the next start', async () => {
  const home = await mkdtemp(join(tmpdir(), 'storage-'))
  onTestFinished(() => rm(home, { recursive: true }))
  const stored = async (token: string) => {
    await using served = await startResponses(turn(...message('m', 'pong')), { home, tokens: token })
    const begun = await (await served.request('POST', 'conversations', {})).json()
    conversations.push((begun as { id: string }).id)
    return ((await (await served.post(ask)).json()) as { id: string }).id.slice('resp_'.length)
  }
  const conversations: string[] = []
  const [adopted, left] = [await stored(renamed), await stored(unchanged)]
  const config = configFrom({ CODEX_CLI_HOME: home })
  using store = storeFor(config)
  const tokens = new Tokens([{ token: renamed, name: 'ann' }, { token: unchanged }])
  for (let start = 0; start < 2; start++) await prepareStore(store, config, tokens)
  const ofAnn = responseRecords(store, config)!
    .list('ann')
    .entries.map(({ id }) => id)
  expect(ofAnn).toEqual([adopted])
  const [adoptedConversation = ''] = conversations
  expect(
    await conversationsFor(store, config)!.find({ owner: 'ann', workspace: 'default' }, adoptedConversation)
  ).toMatchObject({ metadata: {} })
  await using served = await startResponses([], { home, tokens: [renamed, unchanged].join() })
  const statuses = [
    await served.ask('GET', `resp_${adopted}`, renamed),
    await served.ask('GET', `resp_${left}`, unchanged)
  ].map(({ status }) => status)
  expect(statuses).toEqual([404, 200]) // the unnamed token is another principal
})
