import { lstat, mkdir, mkdtemp, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { prepareHome } from '../../../src/codex/home/home.ts'
import { loginOf } from '../../../src/codex/home/login.ts'
import { userConfigIn } from '../../../src/codex/home/user-config.ts'
import { projectFolderAt } from '../../../src/codex/project/trust.ts'

let base: string
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'home-'))
})
afterEach(() => rm(base, { recursive: true }))

const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)

describe('the home codex runs in', () => {
  it('is made with a config without MCP servers and a link to the login, never a copy', async () => {
    const user = join(base, 'user', '.codex')
    await mkdir(user, { recursive: true })
    await writeFile(join(user, 'auth.json'), '{"OPENAI_API_KEY":"sk-1"}')
    const home = join(base, 'gateway')
    const created = await prepareHome(home, [join(base, 'nobody'), user])
    const codexHome = join(home, '.codex')
    expect(created.sort()).toEqual([join(codexHome, 'auth.json'), join(codexHome, 'config.toml'), codexHome].sort())
    expect(await readlink(join(codexHome, 'auth.json'))).toBe(join(user, 'auth.json'))
    expect(await readFile(join(codexHome, 'config.toml'), 'utf8')).not.toMatch(/^\s*\[mcp_servers/m)
    expect([await mode(codexHome), await mode(join(codexHome, 'config.toml'))]).toEqual(['700', '600'])
    expect(await loginOf(join(home, '.codex'), {})()).toBe('login')
  })

  it('is left as it is where something is there', async () => {
    const codexHome = join(base, '.codex')
    await mkdir(codexHome)
    await writeFile(join(codexHome, 'config.toml'), 'model = "mine"')
    await writeFile(join(codexHome, 'auth.json'), 'mine')
    expect(await prepareHome(base, [join(base, 'elsewhere')])).toEqual([])
    expect(await readFile(join(codexHome, 'config.toml'), 'utf8')).toBe('model = "mine"')
    expect((await lstat(join(codexHome, 'auth.json'))).isSymbolicLink()).toBe(false)
  })

  it('has no login when there is none to link, or the link leads nowhere', async () => {
    await prepareHome(base, [join(base, 'nobody')])
    const login = loginOf(join(base, '.codex'), {})
    expect(await login()).toBe('none')
    await symlink(join(base, 'gone'), join(base, '.codex', 'auth.json'))
    expect(await login()).toBe('none')
    await writeFile(join(base, 'gone'), '{"OPENAI_API_KEY":"sk-1"}')
    expect(await login()).toBe('login')
    expect(await loginOf(join(base, '.codex'), { apiKey: 'k' })()).toBe('key')
    expect(await loginOf(join(base, '.codex'), { baseUrl: 'http://127.0.0.1:1' })()).toBe('endpoint')
  })

  it('links a login that its user makes later, where it has none of its own', async () => {
    const [user, codexHome] = [join(base, 'user'), join(base, '.codex')]
    await Promise.all([prepareHome(base, [user]), mkdir(user)])
    const login = loginOf(codexHome, { loginFrom: [user] })
    expect(await login()).toBe('none')
    await writeFile(join(user, 'auth.json'), '{"OPENAI_API_KEY":"sk-1"}')
    expect(await login()).toBe('login')
    expect(await readlink(join(codexHome, 'auth.json'))).toBe(join(user, 'auth.json'))
  })

  it.each([
    '',
    'no JSON',
    'null',
    '[]',
    '"text"',
    '{}',
    '{"tokens":{}}',
    '{"auth_mode":"apikey","OPENAI_API_KEY":null}'
  ])('has no login in an auth.json of %j', async (text) => {
    await writeFile(join(base, 'auth.json'), text)
    expect(await loginOf(base, {})()).toBe('none')
  })

  it.each([
    ['model_provider = "mine"', 'config'],
    ['[model_providers.mine]\nname = "mine"', 'config'],
    ['openai_base_url = "http://127.0.0.1:1/v1"', 'config'],
    ['cli_auth_credentials_store = "keyring"', 'config'],
    ['not TOML', 'config'],
    ['model = "mine"', 'none']
  ])('may have no need of an auth.json where config.toml says %j', async (text, found) => {
    const login = loginOf(base, {})
    expect(await login()).toBe('none')
    await writeFile(join(base, 'config.toml'), text)
    expect(await login()).toBe(found)
  })
})

describe('the configuration in the home', () => {
  it('tells of the sandbox mode and of the MCP servers that would start', async () => {
    expect(await userConfigIn(base)).toEqual({ sandboxMode: false, mcpServers: [] })
    await writeFile(
      join(base, 'config.toml'),
      'sandbox_mode = "read-only"\n[mcp_servers.one]\ncommand = "x"\n[mcp_servers.two]\ncommand = "x"\nenabled = false\n'
    )
    expect(await userConfigIn(base)).toEqual({ sandboxMode: true, mcpServers: ['one'] })
  })

  it('may be one that nobody can read', async () => {
    await writeFile(join(base, 'config.toml'), '[mcp_servers')
    expect(await userConfigIn(base)).toEqual({
      sandboxMode: false,
      mcpServers: [],
      problem: expect.stringContaining('Invalid TOML') as string
    })
  })
})

describe('the workspace', () => {
  it('is canonical, and distrusted with every folder above it', async () => {
    const real = join(base, 'repository', 'nested')
    await mkdir(real, { recursive: true })
    await symlink(real, join(base, 'link'))
    const { path, untrusted } = await projectFolderAt(join(base, 'link'))
    expect(path).toBe(real)
    expect(untrusted.slice(0, 3)).toEqual([real, join(base, 'repository'), base])
    expect(untrusted.at(-1)).toBe('/')
  })

  it('must be there', async () => {
    await expect(projectFolderAt(join(base, 'gone'))).rejects.toThrow(/CODEX_WORKSPACE/)
  })
})
