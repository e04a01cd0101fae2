import { cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'

const project = join(import.meta.dirname, '..', '..')
const ingredients = [
  'package.json',
  'README.md',
  'LICENSE',
  '.env.example',
  'docs',
  'src',
  'web',
  'tsconfig.json',
  'scripts'
]

/** Runs `npm pack` in a copy of the project, whose own `dist` others use meanwhile. Returns the tarball's path in `folder`. */
export async function packed(folder: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'packed-'))
  try {
    for (const name of [...ingredients, 'tsconfig.build.json'])
      await cp(join(project, name), join(copy, name), { recursive: true })
    await symlink(join(project, 'node_modules'), join(copy, 'node_modules'))
    const { stdout } = await execa(
      'npm',
      ['pack', '--ignore-scripts=false', '--silent', '--pack-destination', folder],
      { cwd: copy }
    )
    return join(folder, stdout.trim().split('\n').at(-1) ?? '')
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}
