import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Tokens } from '../../../src/access/tokens.ts'
import type { OfferedWorkspace, WorkspaceDirectory } from '../../../src/access/workspaces.ts'
import type { GatewayContext } from '../../../src/http/state.ts'
import { ask } from '../../app/ask.ts'
import { startGateway } from '../../app/start-gateway.ts'
import type { StartedGateway } from '../../app/start-gateway.ts'

const offered = (id: string): OfferedWorkspace => ({ id, sandbox: 'read-only' })
const directory: WorkspaceDirectory = {
  usableBy: ({ id }) => [offered('shared'), ...(id === 'ada' ? [offered('private')] : [])],
  stateOf: () => 'stopped',
  find: (id, principal) => directory.usableBy(principal).find((one) => one.id === id)
}
const tokens = new Tokens(['ada', 'bob'].map((name) => ({ token: `${name}-token`, name })))

describe('a request', () => {
  let gateway: StartedGateway
  beforeAll(async () => {
    const whereHandler = (ctx: GatewayContext) => {
      ctx.set('x-where', ctx.state.workspace.id)
      ctx.body = {}
    }
    const route = { method: 'get', summary: '', answer: 'text/plain', handle: whereHandler } as const
    gateway = await startGateway({
      tokens,
      directory,
      apis: () => [
        {
          operations: [
            { ...route, path: '/where' },
            { ...route, path: '/open', isPublic: true }
          ]
        }
      ]
    })
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  const as = (name: string, path: string, workspace?: string) =>
    ask(gateway, path, { authorization: `Bearer ${name}-token`, ...(workspace && { 'x-codex-workspace': workspace }) })

  it.each([
    ['/where', undefined, 'shared'],
    ['/where', 'private', 'private'],
    ['/w/private/where', undefined, 'private'],
    ['/w/private/v1/where', 'private', 'private'],
    ['//w//private//v1//where/?x=/w/shared', undefined, 'private'],
    ['/w/shared/v1/where', undefined, 'shared']
  ])('to %s with the header %s is for its workspace', async (path, header, where) => {
    expect(await as('ada', path, header)).toMatchObject({ status: 200, headers: { 'x-where': where } })
  })

  it.each([
    ['/where', 'private'],
    ['/where', 'missing'],
    ['/w/private/v1/where', undefined],
    ['/w/missing/v1/where', undefined],
    ['/w/%70rivate/v1/where', undefined],
    ['/w/private/v1/nowhere', undefined],
    ['/w/../v1/where', undefined]
  ])(
    'to %s with the header %s is refused in the same words as for a workspace that is not there',
    async (path, header) => {
      const { status, error } = await as('bob', path, header)
      expect(status).toBe(404)
      expect(error).toEqual({
        message: 'There is no such workspace, or not for this API key. GET /v1/workspaces lists those that there are.',
        type: 'invalid_request_error',
        param: 'x-codex-workspace',
        code: 'workspace_not_found'
      })
    }
  )

  it('is logged with its workspace', async () => {
    const { headers } = await as('ada', '/w/private/v1/where')
    expect(await gateway.line(({ id }) => id === headers['x-request-id'])).toMatchObject({ workspace: 'private' })
  })

  it('that names two workspaces is refused', async () => {
    expect(await as('ada', '/w/private/v1/where', 'shared')).toMatchObject({
      status: 400,
      error: { param: 'x-codex-workspace' }
    })
  })

  it('without a token is refused before it can ask for a workspace', async () => {
    expect(await as('nobody', '/w/private/v1/where')).toMatchObject({ status: 401 })
    expect(await as('nobody', '/w/missing/v1/where')).toMatchObject({ status: 401 })
  })

  it('that anybody may send does not show which workspaces there are', async () => {
    for (const id of ['private', 'missing'])
      expect(await as('nobody', `/w/${id}/v1/open`)).toMatchObject({ status: 200, headers: { 'x-where': 'default' } })
  })

  it.each(['/w', '/w/', '/v1/w/private/where'])('to %s is to no path that there is', async (path) => {
    expect(await as('ada', path)).toMatchObject({ status: 404, error: { code: 'unknown_url' } })
  })
})
