import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mutantsOf } from './mutants.ts'
import type { Mutant } from './mutants.ts'
import { schemataOf } from './schemata.ts'

/** Copies what the tests need into the folder `copy`, with all mutants of `files` in it, each of which can be switched on. */
export function copyWithMutants(copy: string, files: readonly string[]): Mutant[] {
  const names = readdirSync('.').filter((name) => !['node_modules', '.git'].includes(name))
  for (const name of names) cpSync(name, join(copy, name), { recursive: true })
  symlinkSync(join(process.cwd(), 'node_modules'), join(copy, 'node_modules'))
  const mutants: Mutant[] = []
  for (const file of files) {
    const text = readFileSync(file, 'utf8')
    const own = mutantsOf(file, text)
    const first = mutants.length
    writeFileSync(
      join(copy, file),
      schemataOf(text, own, (mutant) => first + own.indexOf(mutant))
    )
    mutants.push(...own)
  }
  return mutants
}
