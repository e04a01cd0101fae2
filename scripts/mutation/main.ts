// ./scripts/mutation.sh runs this.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { mutantsOf } from './mutants.ts'
import type { Mutant } from './mutants.ts'
import { sample } from './sample.ts'
import { Trial } from './trial.ts'

const usage = `Changes one place of the source at a time, in a copy, and runs the tests that import the file, but for the slow ones.

  ./scripts/mutation.sh [--count N] [--seed N] [FOLDER …]

  --count    how many mutants to try; 100 by default, 0: all
  --seed     which ones; 1 by default
  FOLDER     src/turn src/engines src/store src/http/door src/openai by default

It exits with 1 where fewer than 85 % are caught, and names the survivors.
`
const folders = ['src/turn', 'src/engines', 'src/store', 'src/http/door', 'src/openai']
const wanted = 0.85
/** A copy of what the tests need, in which files may be changed. */
function copied(): string {
  const copy = mkdtempSync(join(tmpdir(), 'mutation-'))
  const names = readdirSync('.').filter((name) => !['node_modules', '.git', 'dist'].includes(name))
  for (const name of names) cpSync(name, join(copy, name), { recursive: true })
  symlinkSync(join(process.cwd(), 'node_modules'), join(copy, 'node_modules'))
  return copy
}

function sourcesIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.ts')).map((name) => join(folder, name))
}

function shown({ file, line, original, replacement }: Mutant): string {
  const [before, after] = [original, replacement].map((code) => code.replace(/\s+/g, ' '))
  return `${file}:${line}  ${before}  →  ${after}`
}

const text = { type: 'string' } as const
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: text, seed: text, help: { type: 'boolean' } }
})
if (values.help) process.stdout.write(usage)
else {
  const files = (positionals.length > 0 ? positionals : folders).flatMap(sourcesIn)
  const all = files.sort().flatMap((file) => mutantsOf(file, readFileSync(file, 'utf8')))
  const chosen = sample(all, Number(values.count ?? 100) || all.length, Number(values.seed ?? 1))
  const copy = copied()
  const trial = new Trial(copy)
  let caught = 0
  const isCaught = async (mutant: Mutant, where: 'near' | 'far') => {
    const test = await trial.caughtBy(mutant, where)
    if (test === undefined) return false
    caught++
    console.log(`caught   ${shown(mutant)}\n           by ${test}`)
    return true
  }
  try {
    const survivors: Mutant[] = []
    for (const mutant of chosen) {
      if (await isCaught(mutant, 'near')) continue
      survivors.push(mutant)
      console.log(`not yet  ${shown(mutant)}`)
    }
    console.log(`${survivors.length} survived the tests near them`)
    for (const mutant of survivors) if (!(await isCaught(mutant, 'far'))) console.log(`SURVIVED ${shown(mutant)}`)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
  console.log(`${caught} of ${chosen.length} caught (of ${all.length} possible)`)
  if (caught < wanted * chosen.length) process.exitCode = 1
}
