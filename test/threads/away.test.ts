import { expect, it } from 'vitest'
import { appServerErrors } from '../../src/api/app-server-errors.ts'
import { AppServerCalls } from '../../src/threads/calls.ts'
import { orAway } from '../../src/threads/away.ts'
import { GatewayError } from '../../src/turn/error.ts'
import { AppServerSupervisor } from '../../src/workspaces/app-server-supervisor.ts'
import type { Workspace } from '../../src/workspaces/workspace.ts'

const stopped = () => new GatewayError('engine_stopped', 'Codex stopped.')

it('where there is no app-server nothing has run: 503, with when to try again', async () => {
  const appServer = new AppServerSupervisor((): never => {
    throw stopped()
  })
  const workspace = { homes: { persistent: { appServer } } } as unknown as Workspace
  const calls = new AppServerCalls({ get: async () => workspace })
  const { signal } = new AbortController()
  const scope = { owner: 'ana', workspace: 'default' }
  const failure: unknown = await calls.on(scope, signal, async () => {}).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(GatewayError)
  expect(appServerErrors.answer(failure as GatewayError)).toMatchObject({
    status: 503,
    headers: { 'retry-after': '2' },
    body: { error: { code: 'overloaded', retryAfter: 2 } }
  })
  await expect(orAway(Promise.reject(new GatewayError('thread_not_found', 'x')))).rejects.toMatchObject({
    code: 'thread_not_found'
  })
})
