import { lstat, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const config = `# The codex settings of Codex Gateway. No MCP servers: each would start on every request.
`

/**
 * Creates the home codex runs in, as far as it is missing: `.codex/config.toml`, and `auth.json` as a link to the one in
 * the first of `loginFrom`, other CODEX_HOMEs, that has one. A link and never a copy: the first token rotation would make a copy stale. Returns the
 * paths of what was created.
 */
export async function prepareHome(home: string, loginFrom: readonly string[] = []): Promise<string[]> {
  const codexHome = join(home, '.codex')
  const created: string[] = []
  if ((await mkdir(codexHome, { recursive: true, mode: 0o700 })) !== undefined) created.push(codexHome)
  await writeFile(join(codexHome, 'config.toml'), config, { flag: 'wx', mode: 0o600 }).then(
    () => created.push(join(codexHome, 'config.toml')),
    ignoreExisting
  )
  if (await linkLogin(codexHome, loginFrom)) created.push(join(codexHome, 'auth.json'))
  return created
}

/** Links the first login in other CODEX_HOMEs, where `codexHome` has none. Returns whether it did. */
export async function linkLogin(codexHome: string, loginFrom: readonly string[]): Promise<boolean> {
  const link = join(codexHome, 'auth.json')
  if (await exists(link)) return false
  for (const login of loginFrom.map((folder) => join(folder, 'auth.json')))
    if (login !== link && (await exists(login))) return symlink(login, link).then(() => true, ignoreExisting)
  return false
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
