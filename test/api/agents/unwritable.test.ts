import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Connection } from '../../../src/store/connection.ts'
import { says } from '../../support/upstream/answer.ts'
import { dripped } from '../../support/upstream/script.ts'
import { all, sharedAgents } from './start-agents.ts'

const rig = sharedAgents(says('Done.'))
const sessions = () => rig().agents().sessions

it('a session goes on when its store could not be written while its turn ran', async () => {
  rig().upstream.answerNext(dripped(8, says(...'Hello you all and so on and on.'.split(' '))))
  const environment = { type: 'none' as const }
  const { id } = await sessions().create({ environment, agent: { model: 'gpt-5.5' }, input: 'Go.' })
  await expect.poll(async () => JSON.stringify(await all(sessions().items.list(id)))).toContain('in_progress')
  const isRunning = async () => JSON.stringify((await rig().get('/threads')).body).includes('"active"')
  expect(await isRunning()).toBe(true)
  const store = new Connection(join(rig().home, 'gateway', 'store.db'))
  store.run("CREATE TRIGGER full BEFORE INSERT ON session_events BEGIN SELECT RAISE(ABORT, 'full'); END")
  await expect.poll(isRunning, { timeout: 10_000 }).toBe(false)
  store.run('DROP TRIGGER full')
  store.close()
  const now = async () => (await sessions().retrieve(id)).status
  await expect.poll(now, { timeout: 20_000 }).toBe('idle')
  const result = await sessions().stream(id, { input: 'Again.' }).finalResult()
  expect(result.output_text).toBe('Done.')
})
