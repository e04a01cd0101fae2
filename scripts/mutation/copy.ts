import { cpSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mutantsOf } from './mutants.ts'
import type { Mutant } from './mutants.ts'
import { schemataOf } from './schemata.ts'

/** A copy of what the tests need, with all mutants of `files` in it, each of which can be switched on. */
export function copyWithMutants(files: readonly string[]): { copy: string; mutants: Mutant[] } {
  const copy = mkdtempSync(join(tmpdir(), 'mutation-'))
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
  return { copy, mutants }
}
