import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { instructionFiles } from '../files/instruction-files.ts'
import { upwardsFrom } from '../files/paths.ts'
import { readRegularFile } from '../files/regular-file.ts'

/** Bytes of such files that codex takes (codex-cli 0.169). */
const maxBytes = 32_768

/**
 * What the AGENTS.md files say from the repository's root down to `cwd` (canonical), the last the nearest; undefined where there are none.
 * Codex reads them by itself only in a project that is trusted, and trust would also let the project start commands.
 */
export async function projectInstructionsAt(cwd: string): Promise<string | undefined> {
  const texts = await Promise.all((await foldersTo(cwd)).map(textIn))
  const all = texts.filter((text) => text !== undefined).join('\n\n')
  return all === '' ? undefined : Buffer.from(all).subarray(0, maxBytes).toString()
}

/** The folders from the repository's root down; only `folder` where there is no repository. */
async function foldersTo(folder: string): Promise<string[]> {
  const folders: string[] = []
  for (const at of upwardsFrom(folder)) {
    folders.unshift(at)
    if (await exists(join(at, '.git'))) return folders
  }
  return [folder]
}

async function textIn(folder: string): Promise<string | undefined> {
  for (const name of instructionFiles) {
    const text = await plainText(join(folder, name))
    if (text !== undefined) return text
  }
  return undefined
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
