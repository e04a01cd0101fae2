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
    store: `${home}/gateway`,
    created: []
  }
}

it('the homes and folders of other workspaces are hidden, whatever is inside them with them', () => {
  const [ada, bob, eve] = [at('/work/ada', '/homes/ada'), at('/work/bob', '/homes/bob'), at('/work', '/homes/eve')]
  expect(othersPaths(ada, [bob])).toEqual(['/homes/bob', '/work/bob'])
  expect(othersPaths(eve, [ada, bob])).toEqual(['/homes/ada', '/work/ada', '/homes/bob', '/work/bob'])
})

it('a folder that contains one’s own is not hidden, and of a home around one’s own only its parts are', () => {
  const [outer, inner] = [at('/work', '/home'), at('/work/inner', '/home/workspaces/inner')]
  expect(othersPaths(inner, [outer])).toEqual(['/home/.codex', '/home/.codex-threads', '/home/gateway'])
  const sharing = at('/work/ada', '/homes/ada', ['/work/bob/shared'])
  expect(othersPaths(sharing, [at('/work/bob', '/homes/bob')])).toEqual(['/homes/bob'])
  expect(othersPaths(at('/work/a', '/homes/a'), [at('/work/ab', '/homes/ab')])).toEqual(['/homes/ab', '/work/ab'])
})
