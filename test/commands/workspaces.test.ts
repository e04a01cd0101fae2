import { expect, it } from 'vitest'
import { workspacesFinding } from '../../src/commands/checks/workspaces.ts'
import { configFrom } from '../../src/config/config.ts'
import type { Config } from '../../src/config/config.ts'

const credentials = [
  { token: 'one', name: 'ada', workspaces: ['site', 'scratch'] },
  { token: 'two', name: 'bob' }
]
const withFiles = (more: Partial<Config> = {}): Config => ({
  ...configFrom({}),
  CODEX_GATEWAY_TOKEN_FILE: { path: '/tokens', credentials },
  CODEX_WORKSPACES_FILE: {
    path: '/workspaces',
    workspaces: [{ id: 'site', principals: ['bob', 'eve'] }, { id: 'notes' }]
  },
  ...more
})

it('nothing is said of workspaces where there is only the one of the settings', () => {
  expect(workspacesFinding(configFrom({}))).toBeUndefined()
})

it('names that tokens and workspaces give each other must be there', () => {
  expect(workspacesFinding(withFiles())).toMatchObject({
    verdict: 'warn',
    message: 'workspaces: a token names scratch, which is not defined; site is for eve, whom no token belongs to'
  })
  expect(workspacesFinding(withFiles({ CODEX_WORKSPACES_FILE: undefined }))).toMatchObject({
    verdict: 'warn',
    message: 'workspaces: a token names site, which is not defined; a token names scratch, which is not defined'
  })
})

it('what is not defined may be made on demand', () => {
  const workspaces = [{ id: 'site', principals: ['bob'] }, { id: 'notes' }]
  const made = withFiles({ CODEX_WORKSPACES_DIR: '/made', CODEX_WORKSPACES_FILE: { path: '/workspaces', workspaces } })
  expect(workspacesFinding(made)).toMatchObject({
    verdict: 'pass',
    message: 'workspaces: site, notes; others are made in /made'
  })
})
