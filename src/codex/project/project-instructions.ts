import { lstat, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Bytes of such files that codex takes (codex-cli 0.169). */
const most = 32_768

/**
 * What the AGENTS.md files say from the repository's root down to `cwd`, the last the nearest; undefined where there are none.
 * Codex reads them by itself only in a project that is trusted, and trust would also let the project start commands.
 */
export async function projectInstructionsAt(cwd: string): Promise<string | undefined> {
  const texts = await Promise.all((await foldersTo(cwd)).map(textIn))
  const said = texts.filter((text) => text !== undefined).join('\n\n')
  return said === '' ? undefined : Buffer.from(said).subarray(0, most).toString()
}

/** The folders from the repository's root down; only `folder` where there is no repository. */
async function foldersTo(folder: string): Promise<string[]> {
  const folders = [folder]
  for (let at = folder; ; at = dirname(at)) {
    if (at !== folder) folders.unshift(at)
    if (await exists(join(at, '.git'))) return folders
    if (at === dirname(at)) return [folder]
  }
}

async function textIn(folder: string): Promise<string | undefined> {
  const override = await plainText(join(folder, 'AGENTS.override.md'))
  return override ?? plainText(join(folder, 'AGENTS.md'))
}

/** A link is not followed: it might lead to a file that commands cannot read. */
async function plainText(path: string): Promise<string | undefined> {
  const file = await lstat(path).catch(() => undefined)
  if (!file?.isFile()) return undefined
  const text = await readFile(path, 'utf8').catch(() => '')
  return text.trim() === '' ? undefined : text.trim()
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false
  )
}
