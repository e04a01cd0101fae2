// ./scripts/mutation.sh runs this.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Journal } from './journal.ts'
import { mutantsOf } from './mutants.ts'
import type { Mutant } from './mutants.ts'
import { sample } from './sample.ts'
import { stages, Trial } from './trial.ts'

const usage = `Changes one place of the source at a time, in a copy, and runs the tests that import the file, but for the slow ones.

  ./scripts/mutation.sh [--count N] [--seed N] [--resume FILE] [FOLDER …]

  --count    how many mutants to try; 100 by default, 0: all
  --seed     which ones; 1 by default
  --resume   writes each result into this file, and leaves out what is in it already
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
  options: { count: text, seed: text, resume: text, help: { type: 'boolean' } }
})
if (values.help) process.stdout.write(usage)
else {
  const files = (positionals.length > 0 ? positionals : folders).flatMap(sourcesIn)
  const all = files.sort().flatMap((file) => mutantsOf(file, readFileSync(file, 'utf8')))
  const chosen = sample(all, Number(values.count ?? 100) || all.length, Number(values.seed ?? 1))
  const copy = copied()
  const trial = new Trial(copy)
  const remove = () => rmSync(copy, { recursive: true, force: true })
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      trial.stop()
      remove()
      process.exit(1)
    })
  const journal = new Journal(values.resume)
  let survivors = chosen
  try {
    for (const stage of stages) {
      const tried = survivors
      survivors = []
      for (const mutant of tried) {
        const test = await journal.result(mutant, stage, () => trial.caughtBy(mutant, stage))
        if (test === undefined) survivors.push(mutant)
        console.log(
          test === undefined ? `not yet  ${shown(mutant)}` : `caught   ${shown(mutant)}\n           by ${test}`
        )
      }
      console.log(`${stage}: ${survivors.length} of ${chosen.length} survived so far`)
    }
  } finally {
    remove()
  }
  for (const mutant of survivors) console.log(`SURVIVED ${shown(mutant)}`)
  const caught = chosen.length - survivors.length
  console.log(`${caught} of ${chosen.length} caught (of ${all.length} possible)`)
  if (caught < wanted * chosen.length) process.exitCode = 1
}
