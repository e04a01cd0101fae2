import { expect, it } from 'vitest'
import { says } from '../../support/upstream/answer.ts'
import { gate, heldAfter } from '../../support/upstream/script.ts'
import { all, failure, sharedAgents } from './start-agents.ts'

const rig = sharedAgents(says('Done.'), { CODEX_MAX_CONCURRENCY: '1', CODEX_MAX_QUEUE: '1' })
const sessions = () => rig().agents().sessions
const create = () => sessions().create({ environment: { type: 'none' }, agent: { model: 'gpt-5.5' }, input: 'Go.' })

it('nothing is left of a session that finds no place for its first message', async () => {
  const { opened, open } = gate()
  rig().upstream.answerNext(heldAfter('response.created', says('Hello.'), opened))
  const made = [await create(), await create()]
  const before = await rig().rollouts()
  expect(await failure(create())).toMatchObject({ status: 429 })
  expect(await rig().rollouts()).toEqual(before)
  open()
  expect((await all(sessions().list())).map(({ id }) => id)).toEqual(made.map(({ id }) => id).toReversed())
})
