import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { says } from '../../support/upstream/answer.ts'
import { runsOnce } from '../threads/start-threads.ts'
import { failure, untilNothingRuns } from './start-agents.ts'
import { runIn, sharedEnvironments } from './start-environments.ts'

const rig = sharedEnvironments({})
const sessions = () => rig().agents().sessions
/** A session with an environment, and the folder of that. */
async function made(command: string) {
  const { session } = await runIn(rig(), [command])
  const { environment } = await sessions().retrieve(session)
  return { session, folder: join(rig().root, 'environments', 'default', (environment as { id: string }).id) }
}

it('a session that is deleted by /api/sessions takes its environment with it', async () => {
  const { session, folder } = await made('true')
  expect(existsSync(folder)).toBe(true)
  expect((await rig().ask('DELETE', `/sessions/${session}`)).status).toBe(200)
  expect(existsSync(folder)).toBe(false)
  expect(await failure(sessions().retrieve(session))).toMatchObject({ status: 404 })
})

it('no sandbox of a turn lets commands write outside of the environment; one may have them write nothing', async () => {
  const { session, folder } = await made('echo 1 > kept')
  const outside = join(tmpdir(), `outside-${session}`)
  onTestFinished(() => rm(outside, { force: true }))
  rig().upstream.answerAll(runsOnce(`echo 2 > ${outside}; echo 2 > kept`))
  onTestFinished(() => rig().upstream.answerAll(says('Done.')))
  const turn = async (type: string) => {
    const { status, body } = await rig().post(`/sessions/${session}/turn`, { prompt: 'Go.', sandboxPolicy: { type } })
    await untilNothingRuns(rig())
    return [status, (body.error as { param: string } | undefined)?.param]
  }
  for (const type of ['workspaceWrite', 'dangerFullAccess'])
    expect([await turn(type), existsSync(outside)]).toEqual([[400, 'sandboxPolicy.type'], false])
  expect([await turn('readOnly'), existsSync(outside)]).toEqual([[200, undefined], false])
  expect(await readFile(join(folder, 'files', 'kept'), 'utf8')).toBe('1\n')
})
