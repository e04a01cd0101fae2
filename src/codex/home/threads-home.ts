import { access, mkdir, readlink, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { instructionFiles } from '../files/instruction-files.ts'

/** What users put into a codex home, as far as it is there; the login may come later. */
const shared = ['config.toml', 'auth.json', ...instructionFiles, 'rules', 'skills', 'prompts']

/**
 * Creates the CODEX_HOME in which threads are stored, beside the one at `codexHome`, and returns its path. All that a user
 * sets there holds here too: by links, which codex writes through.
 */
export async function prepareThreadsHome(codexHome: string): Promise<string> {
  const home = `${codexHome}-threads`
  await mkdir(home, { recursive: true, mode: 0o700 })
  await linkShared(codexHome, home, shared)
  return home
}

/** Links what of these a user has put into a codex home, and the login wherever it may come. */
export async function linkShared(codexHome: string, home: string, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => link(join(codexHome, name), join(home, name), name === 'auth.json')))
}

async function link(target: string, path: string, always: boolean): Promise<void> {
  const wanted =
    always ||
    (await access(target).then(
      () => true,
      () => false
    ))
  const made = await readlink(path).then(
    () => true,
    () => false
  )
  if (!wanted || made) return
  await symlink(target, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error // another gateway was first
  })
}
