// ./scripts/mutation.sh runs this.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { copyWithMutants } from './copy.ts'
import { importersOf } from './importers.ts'
import { report } from './report.ts'
import { TestRun } from './test-run.ts'

const usage = `Measures how many mutants of the source the quick tests kill, in a copy of the project.

  ./scripts/mutation.sh [--limit MS] [--tests FOLDER …] [--resume FILE] [FOLDER or FILE …]

  FOLDER     whose mutants: src/turn src/engines src/store src/http/door src/openai by default, or parts of them
  --limit    tests that take more milliseconds are run without a mutant only; 300 by default. Those that begin later in
             their file than ten times that, or 5 s, are left out
  --tests    which tests: those in test/turn, test/engines, … by default; of these, those that import a mutated file
  --resume   writes each result into this file, and goes on from what is in it, as long as sources and tests are the same.
             To try survivors with slower tests: the same file again, with a larger --limit or other --tests

It names the survivors, and exits with 1 where fewer than 85 % are killed.
`
const folders = ['src/turn', 'src/engines', 'src/store', 'src/http/door', 'src/openai']
const wanted = 0.85

function sourcesIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.ts')).map((name) => join(folder, name))
}

const isIn = (places: readonly string[], file: string) =>
  places.some((place) => file === place || file.startsWith(`${place.replace(/\/$/, '')}/`))

const text = { type: 'string' } as const
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { limit: text, tests: { ...text, multiple: true }, resume: text, help: { type: 'boolean' } }
})

async function main() {
  const limit = Number(values.limit ?? 300)
  const sources = folders.flatMap(sourcesIn).sort()
  const chosen = positionals.length > 0 ? sources.filter((file) => isIn(positionals, file)) : sources
  if (chosen.length === 0 || !(limit > 0)) throw new Error(`nothing to do: see --help`)
  const inFolders = values.tests ?? folders.map((folder) => folder.replace('src', 'test'))
  const distances = [...importersOf('.', chosen)].filter(([name]) => isIn(inFolders, name))
  const tests = distances.sort(([, one], [, other]) => one - other).map(([name]) => name)
  const scratch = mkdtempSync(join(tmpdir(), 'mutation-'))
  let run: TestRun | undefined
  const remove = () => {
    run?.stop()
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 })
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      remove()
      process.exit(1)
    })
  try {
    const copy = join(scratch, 'copy')
    const mutants = copyWithMutants(copy, sources)
    const results = values.resume === undefined ? join(scratch, 'results') : resolve(values.resume)
    const from = [...mutants.keys()].filter((number) => chosen.includes(mutants[number]?.file ?? ''))
    run = new TestRun(copy, { results, limit, from, run: [limit, ...positionals].join(' ') })
    console.log(`${from.length} mutants, ${tests.length} files of tests`)
    await run.all(tests)
    const killed = report(mutants, from, results, folders)
    if (killed < wanted * from.length) process.exitCode = 1
  } finally {
    remove()
  }
}

if (values.help) process.stdout.write(usage)
else await main()
