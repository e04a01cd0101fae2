import { lstat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { readRegularFile } from '../files/regular-file.ts'

/** Bytes of such files that codex takes (codex-cli 0.169). */
const maxBytes = 32_768

/**
 * What the AGENTS.md files say from the repository's root down to `cwd` (canonical), the last the nearest; undefined where there are none.
 * Codex reads them by itself only in a project that is trusted, and trust would also let the project start commands.
 */
export async function projectInstructionsAt(cwd: string): Promise<string | undefined> {
  const texts = await Promise.all((await foldersTo(cwd)).map(textIn))
  const said = texts.filter((text) => text !== undefined).join('\n\n')
  return said === '' ? undefined : Buffer.from(said).subarray(0, maxBytes).toString()
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

/** Commands of the model's may write these files: a link might lead to a file that they cannot read. */
async function plainText(path: string): Promise<string | undefined> {
  const text = (await readRegularFile(path, { maxBytes }))?.toString().trim()
  return text === '' ? undefined : text
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false
  )
}
