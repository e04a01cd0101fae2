import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assetsIn } from '../../src/api/page/assets.ts'
import type { Assets } from '../../src/api/page/assets.ts'

interface Builder {
  buildPage: (folder: string) => Promise<void>
  bundled: (input: string) => Promise<string>
}

const builder = () => import(join(import.meta.dirname, '..', '..', 'web', 'build.mjs')) as Promise<Builder>

/** The page as it is now, built into a folder of its own. */
export async function freshPage(): Promise<Assets> {
  const folder = await mkdtemp(join(tmpdir(), 'page-'))
  try {
    await (await builder()).buildPage(folder)
    const page = assetsIn(folder)
    if (!page) throw new Error('The build wrote no index.html.')
    return page
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A module of `web` and all that it imports, as text for a browser. */
export const bundledFromWeb = async (name: string): Promise<string> =>
  (await builder()).bundled(join(import.meta.dirname, '..', '..', 'web', name))
