import { lstat, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const config = `# The codex settings of Codex Gateway. No MCP servers: each would start on every request.
`

/**
 * Creates the home codex runs in, as far as it is missing: `.codex/config.toml`, and `auth.json` as a link to the one in
 * `loginFrom`, another CODEX_HOME. A link and never a copy: the first token rotation would make a copy stale. Returns the
 * paths of what was created.
 */
export async function prepareHome(home: string, loginFrom?: string): Promise<string[]> {
  const codexHome = join(home, '.codex')
  const created: string[] = []
  if ((await mkdir(codexHome, { recursive: true, mode: 0o700 })) !== undefined) created.push(codexHome)
  await writeFile(join(codexHome, 'config.toml'), config, { flag: 'wx', mode: 0o600 }).then(
    () => created.push(join(codexHome, 'config.toml')),
    ignoreExisting
  )
  if (loginFrom !== undefined && (await linkLogin(codexHome, loginFrom))) created.push(join(codexHome, 'auth.json'))
  return created
}

/** Links the login in another CODEX_HOME, where `codexHome` has none. Returns whether it did. */
export async function linkLogin(codexHome: string, loginFrom: string): Promise<boolean> {
  const login = join(loginFrom, 'auth.json')
  const link = join(codexHome, 'auth.json')
  if (login === link || !(await exists(login)) || (await exists(link))) return false
  return symlink(login, link).then(() => true, ignoreExisting)
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false
  )
}

function ignoreExisting(error: NodeJS.ErrnoException): false {
  if (error.code !== 'EEXIST') throw error
  return false
}
