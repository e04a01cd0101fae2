import { describe, expect, it } from 'vitest'
import { anonymous } from '../../src/access/principal.ts'
import type { Principal } from '../../src/access/principal.ts'
import { oneWorkspace, workspaceFor } from '../../src/access/workspaces.ts'
import type { OfferedWorkspace, WorkspaceDirectory } from '../../src/access/workspaces.ts'
import { isWorkspaceId } from '../../src/turn/workspace-id.ts'
import { GatewayError } from '../../src/turn/error.ts'

const principal = (id: string, workspaces: Principal['workspaces'] = 'all'): Principal => ({
  ...anonymous,
  id,
  workspaces
})
const [ada, bob, nobody] = [principal('ada'), principal('bob'), principal('eve', [])]

const offered = (id: string): OfferedWorkspace => ({ id, sandbox: 'read-only' })

/** `shared` for all, `private` for ada. */
const directory: WorkspaceDirectory = {
  usableBy: ({ id }) => (id === 'eve' ? [] : [offered('shared'), ...(id === 'ada' ? [offered('private')] : [])]),
  stateOf: () => 'stopped',
  find: (id, caller) => directory.usableBy(caller).find((one) => one.id === id)
}

function errorOf(...[choice, caller = bob]: [Parameters<typeof workspaceFor>[0], Principal?]): GatewayError {
  try {
    workspaceFor(choice, caller, directory)
  } catch (error) {
    if (error instanceof GatewayError) return error
  }
  throw new Error('nothing was refused')
}

describe('the workspace of a request', () => {
  it.each([
    [{}, 'shared'],
    [{ header: 'private' }, 'private'],
    [{ path: 'private' }, 'private'],
    [{ header: 'private', path: 'private' }, 'private']
  ])('is that which it names, or else the first that it may use: %j', (choice, id) => {
    expect(workspaceFor(choice, ada, directory)).toMatchObject({ id })
  })

  it('is one: two names are refused', () => {
    const error = errorOf({ header: 'shared', path: 'private' }, ada)
    expect(error).toMatchObject({ code: 'invalid_request', param: 'x-codex-workspace' })
  })

  it.each([
    [{ header: 'private' }, bob],
    [{ path: 'private' }, bob],
    [{ header: 'missing' }, bob],
    [{ header: '' }, bob],
    [{ header: 'shared, shared' }, bob],
    [{ path: '..' }, bob],
    [{ path: 'x'.repeat(8_000) }, bob],
    [{}, nobody]
  ])('is not found alike where there is none and where it is another’s: %j', (choice, caller) => {
    const { code, message, param } = errorOf(choice, caller)
    expect({ code, message, param }).toEqual({
      code: 'workspace_not_found',
      message: 'There is no such workspace, or not for this API key. GET /v1/workspaces lists those that there are.',
      param: 'x-codex-workspace'
    })
  })
})

it('a gateway without a directory has one workspace, for those who may use it', () => {
  expect(workspaceFor({ header: 'default' }, ada, oneWorkspace('workspace-write'))).toEqual({
    id: 'default',
    sandbox: 'workspace-write'
  })
  expect(workspaceFor({}, principal('cat', ['default']), oneWorkspace('read-only'))).toMatchObject({ id: 'default' })
  for (const choice of [{}, { path: 'default' }])
    expect(() => workspaceFor(choice, principal('dog', ['kennel']), oneWorkspace('read-only'))).toThrow(
      'There is no such workspace'
    )
})

it.each(['a', '0', 'team-a_1', 'x'.repeat(64)])('%s may be the id of a workspace', (id) => {
  expect(isWorkspaceId(id)).toBe(true)
})

it.each(['', '.', '..', 'A', 'a.b', '-a', '_a', 'a/b', 'a b', 'ä', 'a\n', 'x'.repeat(65)])(
  '%j may not: it stands in URLs and names folders',
  (id) => {
    expect(isWorkspaceId(id)).toBe(false)
  }
)
