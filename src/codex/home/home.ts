import { lstat, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const config = `# The codex settings of Codex Gateway. No MCP servers: each would start on every request.
`

/** What `prepareHome` did: paths of what it made. */
export interface PreparedHome {
  made: string[]
}

/**
 * Makes the home codex runs in, as far as it is missing: `.codex/config.toml`, and `auth.json` as a link
 * to the user's own. A link and never a copy: the first token rotation would make a copy stale.
 */
export async function prepareHome(home: string, userCodexHome: string): Promise<PreparedHome> {
  const codexHome = join(home, '.codex')
  const made: string[] = []
  if ((await mkdir(codexHome, { recursive: true, mode: 0o700 })) !== undefined) made.push(codexHome)
  await writeFile(join(codexHome, 'config.toml'), config, { flag: 'wx', mode: 0o600 }).then(
    () => made.push(join(codexHome, 'config.toml')),
    ignoreExisting
  )
  const login = join(userCodexHome, 'auth.json')
  const link = join(codexHome, 'auth.json')
  if (login !== link && (await exists(login)) && !(await exists(link))) {
    await symlink(login, link).then(() => made.push(link), ignoreExisting)
  }
  return { made }
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false
  )
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}
