import { expect, it } from 'vitest'
import { othersPaths } from '../../src/workspaces/definition.ts'
import type { LocatedWorkspace, WorkspaceDefinition } from '../../src/workspaces/definition.ts'

/** A workspace whose paths are as they would be on a disk. */
function at(folder: string, home: string, addDirs: string[] = []): LocatedWorkspace {
  return {
    definition: { addDirs } as unknown as WorkspaceDefinition,
    folder,
    untrusted: [],
    home,
    codexHome: `${home}/.codex`,
    threadsHome: `${home}/.codex-threads`,
    sharedHome: `${home}/.codex-remote`,
    store: `${home}/gateway`,
    created: []
  }
}

it('the homes and folders of other workspaces are hidden, whatever is inside them with them', () => {
  const [ada, bob, eve] = [at('/srv/ada', '/homes/ada'), at('/srv/bob', '/homes/bob'), at('/srv', '/homes/eve')]
  expect(othersPaths(ada, [bob])).toEqual(['/homes/bob', '/srv/bob'])
  expect(othersPaths(eve, [ada, bob])).toEqual(['/homes/ada', '/homes/bob', '/srv/ada', '/srv/bob'])
})

it('a folder that contains one’s own is not hidden, and of a home around one’s own only its parts are', () => {
  const [outer, inner] = [at('/srv', '/home'), at('/srv/inner', '/home/workspaces/inner')]
  expect(othersPaths(inner, [outer])).toEqual([
    '/home/.codex-remote',
    '/home/.codex-threads',
    '/home/.codex',
    '/home/gateway'
  ])
  const sharing = at('/srv/ada', '/homes/ada', ['/srv/bob/shared'])
  expect(othersPaths(sharing, [at('/srv/bob', '/homes/bob')])).toEqual(['/homes/bob'])
  expect(othersPaths(at('/srv/a', '/homes/a'), [at('/srv/ab', '/homes/ab')])).toEqual(['/homes/ab', '/srv/ab'])
})
