import { expect, it, vi } from 'vitest'
import { anonymous } from '../../../src/access/principal.ts'
import { onlyWorkspace, oneWorkspace } from '../../../src/access/workspaces.ts'
import type { SessionsDependencies } from '../../../src/api/sessions/dependencies.ts'
import { sessionOperations } from '../../../src/api/sessions/session-routes.ts'
import type { ApiContext } from '../../../src/http/api.ts'
import { GatewayError } from '../../../src/turn/error.ts'

it('a session for which there is no room leaves no thread', async () => {
  const full = () => {
    throw new GatewayError('overloaded', 'There are too many sessions.')
  }
  const start = vi.fn<() => Promise<object>>(async () => ({}))
  const dependencies = {
    sessions: { create: full, checkRoom: full },
    threads: { start, checked: async (_scope: object, settings: object) => settings },
    places: { set() {} },
    ...{
      directory: oneWorkspace('read-only'),
      settings: { aliases: new Map(), advertised: [] },
      catalog: async () => undefined
    },
    ...{ readBody: async () => ({}), resolveModel: async () => ({ name: 'm' }), chooseEffort: async () => undefined }
  } as unknown as SessionsDependencies
  const [create] = sessionOperations(dependencies)
  const ctx = {
    state: { principal: anonymous, workspace: onlyWorkspace },
    ...{ req: { headers: {} }, res: { once() {} }, params: {}, set() {} }
  } as unknown as ApiContext
  await expect(create?.handle(ctx)).rejects.toMatchObject({ code: 'overloaded' })
  expect(start).not.toHaveBeenCalled()
})
