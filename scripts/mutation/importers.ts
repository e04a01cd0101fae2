import { readdirSync, readFileSync } from 'node:fs'
import { join, normalize } from 'node:path'

/** How many imports lie between a test and the nearest of some source files: 1 where the test names it. */
export type Distances = ReadonlyMap<string, number>

/** The test files that import one of `files`, over others too, in the project in `root`. Paths are relative to it. */
export function importersOf(root: string, files: readonly string[]): Distances {
  const imports = new Map(filesIn(root).map((name) => [name, importsIn(root, name)]))
  const distances = new Map<string, number>(files.map((file) => [file, 0]))
  for (const [found, distance] of distances)
    // grows while it is read
    for (const [name, names] of imports)
      if (!distances.has(name) && names.includes(found)) distances.set(name, distance + 1)
  return new Map([...distances].filter(([name]) => name.endsWith('.test.ts')))
}

const filesIn = (root: string): string[] =>
  ['src', 'test', 'scripts'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name))
  )

function importsIn(root: string, name: string): string[] {
  const text = readFileSync(join(root, name), 'utf8')
  return [...text.matchAll(/(?:from|import\() ?'(\.[^']+)'/g)].map(([, path]) =>
    normalize(join(name, '..', path ?? ''))
  )
}
