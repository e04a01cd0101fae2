import { expect, it } from 'vitest'
import { checkOpenSecrets, openSecretsFinding } from '../../src/commands/checks/open-secrets.ts'
import type { OpenSecret } from '../../src/codex/home/concealment.ts'
import { configFrom } from '../../src/config/config.ts'
import { testWorkspace } from '../support/engines.ts'
import { startGuard } from '../support/guarded-turn.ts'

/** A workspace in which these secrets cannot be hidden. */
async function workspaceWith(...open: OpenSecret[]) {
  await using guard = await startGuard({ means: 'watchdog' })
  const workspace = testWorkspace({ binary: '/bin/true', env: {}, folder: '/', guard })
  return { ...workspace, homes: { ...workspace.homes, ephemeral: { ...workspace.homes.ephemeral, open: () => open } } }
}

const dotEnv = { file: '/srv/.env', folder: '/srv', holds: 'work' } as const
const tokens = { file: '/etc/tokens', folder: '/etc', holds: 'system' } as const
const login = { file: '/me/.codex/auth.json', folder: '/me/.codex', holds: 'codex' } as const

it('a secret that cannot be hidden is refused, with what to move', async () => {
  const config = configFrom({})
  const workspace = await workspaceWith(dotEnv, tokens)
  expect(() => checkOpenSecrets(config)(workspace)).toThrow(
    expect.objectContaining({
      problems: [
        'commands could read /srv/.env while it is replaced: /srv cannot be hidden from them, for it holds what commands use. Set CODEX_WORKSPACE to a folder other than /srv, or put the settings of this file into the environment.',
        'commands could read /etc/tokens while it is replaced: /etc cannot be hidden from them, for it holds files of the system. Move /etc/tokens to a folder of its own.'
      ]
    })
  )
  expect(openSecretsFinding(workspace, config).verdict).toBe('fail')
})

it('one that lies beside codex is only warned of', async () => {
  const workspace = await workspaceWith(login)
  expect(() => checkOpenSecrets(configFrom({}))(workspace)).not.toThrow()
  expect(openSecretsFinding(workspace, configFrom({})).verdict).toBe('warn')
})

it('nothing is wrong where nothing is open, or where no command runs in a sandbox', async () => {
  const workspace = await workspaceWith(dotEnv)
  expect(openSecretsFinding(await workspaceWith(), configFrom({})).verdict).toBe('pass')
  for (const defaults of [{ sandbox: 'danger-full-access' }, { profile: 'bare' }] as const)
    expect(openSecretsFinding({ ...workspace, ...defaults }, configFrom({})).verdict).toBe('pass')
  const aliases = JSON.stringify({ agent: { profile: 'agent' } })
  const mixed = configFrom({ CODEX_MODEL_ALIASES: aliases })
  expect(openSecretsFinding({ ...workspace, profile: 'bare' }, mixed).verdict).toBe('fail')
})
