import { expect, it } from 'vitest'
import { startWorkspaces } from '../../workspaces/start-workspaces.ts'

it('a repeated request finds no task in a workspace that its token is not for', async () => {
  await using rig = await startWorkspaces({
    workspaces: ['ada', 'other'].map((id) => ({ id, folder: `folders/${id}` })),
    tokens: ['ada other-token workspaces=other', 'ada all-token']
  })
  const body = { prompt: 'Say it.', workspace: 'ada', idempotencyKey: 'the-same' }
  const headers = { 'x-codex-workspace': 'other' }
  const first = await rig.ask('all', '/api/tasks', body, headers)
  expect(first.status).toBe(202)
  expect((await rig.ask('all', '/api/tasks', body, headers)).body.id).toBe(first.body.id)
  const other = await rig.ask('other', '/api/tasks', body, headers)
  expect([other.status, other.body.id, other.body.error?.code]).toEqual([404, undefined, 'workspace_not_found'])
})
