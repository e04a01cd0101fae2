import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ConfigError } from '../../src/config/config.ts'
import { configFrom, credentialsOf, environment } from '../../src/config/config.ts'

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    configFrom(env)
  } catch (error) {
    return (error as ConfigError).problems
  }
  return []
}

describe('the configuration', () => {
  it('finds folders from where it is, and from the home', () => {
    vi.stubEnv('HOME', '/users/me')
    const config = configFrom({ CODEX_WORKSPACE: 'work', CODEX_ADD_DIRS: '~/data,/srv', CODEX_BIN: '~' })
    expect([config.CODEX_WORKSPACE, config.CODEX_CLI_HOME, config.CODEX_ADD_DIRS, config.CODEX_BIN]).toEqual([
      join(process.cwd(), 'work'),
      '/users/me/.codex-gateway',
      ['/users/me/data', '/srv'],
      '/users/me'
    ])
  })

  it('names every wrong setting at once and never shows its value', () => {
    const problems = problemsOf({
      CODEX_GATEWAY_HOST: '0.0.0.0',
      CODEX_GATEWAY_PORT: '65536',
      CODEX_SANDBOX: 'wide-open',
      CODEX_MODEL_ALIASES: '{"fast":',
      CODEX_DEBUG_LOG: 'perhaps',
      CODEX_API_BASE_URL: 'ftp://secret.example'
    })
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'CODEX_GATEWAY_PORT',
      'CODEX_MODEL_ALIASES',
      'CODEX_SANDBOX',
      'CODEX_DEBUG_LOG',
      'CODEX_API_BASE_URL',
      'CODEX_GATEWAY_TOKEN'
    ])
    expect(problems.join()).not.toMatch(/wide-open|perhaps|secret/)
  })

  it('refuse an approval policy that codex no longer has, and say which it has', () => {
    expect(problemsOf({ CODEX_APPROVAL_POLICY: 'untrusted' })).toEqual([
      'CODEX_APPROVAL_POLICY must be never or on-request: codex no longer supports untrusted'
    ])
    expect(problemsOf({ CODEX_APPROVAL_POLICY: 'ask' })).toEqual([
      'CODEX_APPROVAL_POLICY must be one of never, on-request'
    ])
  })

  it.each(['0.0.0.0', '::', '192.168.1.5', 'gateway.example'])('needs a token to listen on %s', (host) => {
    expect(problemsOf({ CODEX_GATEWAY_HOST: host })).toEqual([
      expect.stringMatching(/^CODEX_GATEWAY_TOKEN must be set/)
    ])
    expect(problemsOf({ CODEX_GATEWAY_HOST: host, CODEX_GATEWAY_TOKEN: 'one' })).toEqual([])
  })

  it.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost'])('needs none to listen on %s', (host) => {
    expect(problemsOf({ CODEX_GATEWAY_HOST: host })).toEqual([])
  })
})

describe('a folder with settings', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'config-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('gives those of its .env that the environment does not', async () => {
    await writeFile(join(folder, '.env'), 'CODEX_GATEWAY_PORT=1111\nCODEX_MODEL=file\n')
    vi.stubEnv('CODEX_MODEL', 'environment')
    expect(environment(folder)).toMatchObject({ CODEX_GATEWAY_PORT: '1111', CODEX_MODEL: 'environment' })
  })

  it('may hold a file of tokens that are valid beside the one in the environment', async () => {
    const path = join(folder, 'tokens')
    await writeFile(path, '# ours\nsecond\r\n\nada\t third\n  ada fourth\nfourth\n', { mode: 0o600 })
    const config = configFrom({
      CODEX_GATEWAY_HOST: '0.0.0.0',
      CODEX_GATEWAY_TOKEN: 'first',
      CODEX_GATEWAY_TOKEN_FILE: path
    })
    expect(credentialsOf(config)).toEqual([
      { token: 'first' },
      { token: 'second', name: undefined },
      { token: 'third', name: 'ada' },
      { token: 'fourth', name: 'ada' }
    ])
  })

  it('reads which workspaces a token of the file may use', async () => {
    const path = join(folder, 'tokens')
    await writeFile(path, 'ada one workspaces=ada,shared,ada\nada two\nbob three\nbob three workspaces=bob\n', {
      mode: 0o600
    })
    expect(credentialsOf(configFrom({ CODEX_GATEWAY_TOKEN_FILE: path }))).toEqual([
      { token: 'one', name: 'ada', workspaces: ['ada', 'shared'] },
      { token: 'two', name: 'ada' },
      { token: 'three', name: 'bob', workspaces: ['bob'] }
    ])
  })

  it('reports what is wrong with a file of tokens', async () => {
    const path = join(folder, 'tokens')
    const problem = () => problemsOf({ CODEX_GATEWAY_TOKEN_FILE: path }).join()
    expect(problem()).toMatch(/^CODEX_GATEWAY_TOKEN_FILE .*cannot be read.*ENOENT/)
    await writeFile(path, '# nothing\n', { mode: 0o600 })
    expect(problem()).toMatch(/without a token/)
    await chmod(path, 0o640)
    expect(problem()).toMatch(/chmod 600/)
    expect(problemsOf({ CODEX_GATEWAY_TOKEN_FILE: folder }).join()).toMatch(/cannot be read.*not a file/)
  })

  it.each([
    ['a token that is not ASCII', 'töken', 'line 1 has a token that no HTTP header can carry'],
    ['a third word', '# one\nada secret word', 'line 2 has a word that is neither "workspaces=id,id" nor "scopes=a,b"'],
    [
      'five words',
      'ada secret workspaces=a scopes=api b',
      'line 1 has more than four words; a line is "token", "name token" or'
    ],
    ['workspaces without a name', 'secret workspaces=a', 'line 1 gives workspaces or scopes to a token without a name'],
    ['no workspace', 'ada secret workspaces=', 'line 1 has a word that is neither'],
    ['a workspace that is a path', 'ada secret workspaces=a,../b', 'line 1 names a workspace whose id is not valid'],
    [
      'one token with two lists',
      'ada secret workspaces=a\nada secret workspaces=b',
      'line 2 gives a token other workspaces'
    ],
    ['a name with a slash', 'a/b secret', 'line 1 has a name that is not valid; a name is 1 to 64 letters'],
    ['a name that is too long', `${'a'.repeat(65)} secret`, 'line 1 has a name that is not valid'],
    ['a name that is an id of unnamed tokens', 'key_0 secret', 'line 1 has a name that is not valid'],
    ['one token with two names', 'ada secret\nbob secret', 'line 2 gives a token to a second name']
  ])('reports what is wrong with a line of it, without the token: %s', async (_, text, expected) => {
    const path = join(folder, 'tokens')
    await writeFile(path, text, { mode: 0o600 })
    const [problem = ''] = problemsOf({ CODEX_GATEWAY_TOKEN_FILE: path })
    expect(problem).toContain(expected)
    expect(problem).not.toContain('secret')
  })
})
