// ./scripts/mutation.sh runs this.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { mutantsOf } from './mutants.ts'
import type { Mutant } from './mutants.ts'
import { sample } from './sample.ts'

const usage = `Changes one place of the source at a time, in a copy, and runs the tests that import the file, but for the slow ones.

  ./scripts/mutation.sh [--count N] [--seed N] [FOLDER …]

  --count    how many mutants to try; 100 by default, 0: all
  --seed     which ones; 1 by default
  FOLDER     src/turn src/engines src/store src/http/door src/openai by default

It exits with 1 where fewer than 85 % are caught, and names the survivors.
`
const folders = ['src/turn', 'src/engines', 'src/store', 'src/http/door', 'src/openai']
const wanted = 0.85
const patience = 300_000
/** A busy machine makes tests slow: being slow is not being caught. */
const patient = ['--testTimeout=60000', '--hookTimeout=60000']

/** A copy of what the tests need, in which files may be changed. */
function copied(): string {
  const copy = mkdtempSync(join(tmpdir(), 'mutation-'))
  for (const name of [
    'src',
    'test',
    'scripts',
    'docs',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'vitest.config.ts',
    'README.md',
    '.env.example'
  ])
    if (existsSync(name)) cpSync(name, join(copy, name), { recursive: true })
  symlinkSync(join(process.cwd(), 'node_modules'), join(copy, 'node_modules'))
  return copy
}

/** Whether a test fails in the copy. A run that hangs is a failure too. */
function fails(copy: string, timeout: number, ...args: string[]): boolean {
  const vitest = ['node_modules/vitest/vitest.mjs', ...args, '--run', '--bail=1', '--project=all', ...patient]
  return spawnSync(process.execPath, vitest, { cwd: copy, stdio: 'ignore', timeout }).status !== 0
}

/** The folder of the tests of a source file: the same below `test`, or the nearest one above it. */
function testsNear(file: string): string {
  let folder = dirname(file).replace(/^src/, 'test')
  while (!existsSync(folder)) folder = dirname(folder)
  return folder
}

/** Tests that start whole gateways, for minutes. What only they would catch counts as survived. */
const slow = ['faults', 'scripts', 'main', 'clients'].map((folder) => `--exclude=test/${folder}/**`)

/** The tests of the same folder first, then all that import the file, but for the slow ones. */
function isCaught(copy: string, mutant: Mutant): boolean {
  const { file } = mutant
  return (
    isCaughtBy(copy, mutant, '--passWithNoTests', `${testsNear(file)}/`) ||
    isCaughtBy(copy, mutant, 'related', file, '--passWithNoTests', ...slow)
  )
}

/** Whether runs of tests passed without a mutant. */
const passes = new Map<string, boolean>()

/** Whether these tests fail with the mutant, and pass without it: tests that fail by themselves catch nothing. */
function isCaughtBy(copy: string, { file, start, end, replacement }: Mutant, ...tests: string[]): boolean {
  const path = join(copy, file)
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.slice(0, start) + replacement + text.slice(end))
  const caught = fails(copy, patience, ...tests)
  writeFileSync(path, text)
  return caught && passesAlone(copy, tests)
}

function passesAlone(copy: string, tests: string[]): boolean {
  const name = tests.join(' ')
  const isKnown = passes.get(name)
  if (isKnown !== undefined) return isKnown
  const isPassing = !fails(copy, 3 * patience, ...tests)
  if (!isPassing) console.log(`Fails without any change, and counts for nothing: ${name}`)
  passes.set(name, isPassing)
  return isPassing
}

function sourcesIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.ts')).map((name) => join(folder, name))
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
  let caught = 0
  try {
    for (const mutant of chosen) {
      const isIt = isCaught(copy, mutant)
      if (isIt) caught++
      const { file, line, original, replacement } = mutant
      console.log(
        `${isIt ? 'caught  ' : 'SURVIVED'} ${file}:${line}  ${original.replace(/\s+/g, ' ')}  →  ${replacement.replace(/\s+/g, ' ')}`
      )
    }
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
  console.log(`${caught} of ${chosen.length} caught (of ${all.length} possible)`)
  if (caught < wanted * chosen.length) process.exitCode = 1
}
