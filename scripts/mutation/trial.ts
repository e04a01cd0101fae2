import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import type { Mutant } from './mutants.ts'

/** A busy machine makes tests slow: being slow is not being caught. */
const patient = ['--testTimeout=120000', '--hookTimeout=120000']

/** Milliseconds that one test file may take, and many. */
const [patience, longPatience] = [180_000, 1_800_000]

/** Tests that start whole gateways, for minutes. What only they would catch counts as survived. */
const slow = ['faults', 'scripts', 'main', 'clients'].map((folder) => `--exclude=test/${folder}/**`)

/** A run of tests: it passed, a test failed, or it came to no end in its time. */
type Outcome = { is: 'passed' } | { is: 'failed'; file: string; test: string } | { is: 'hung' }

/** The tests of a copy of the project, in which one file at a time is changed. */
export class Trial {
  readonly #copy: string
  /** Whether a test file passes without any change. */
  readonly #passing = new Map<string, boolean>()

  constructor(copy: string) {
    this.#copy = copy
  }

  /**
   * The test that fails with the mutant; undefined where none does. The tests of the same name first, then those of the
   * same folder, then all that import the file, but for the slow ones.
   */
  async caughtBy(mutant: Mutant): Promise<string | undefined> {
    const path = join(this.#copy, mutant.file)
    const text = readFileSync(path, 'utf8')
    const change = () => writeFileSync(path, text.slice(0, mutant.start) + mutant.replacement + text.slice(mutant.end))
    const restore = () => writeFileSync(path, text)
    for (const tests of this.#testsOf(mutant.file)) {
      const test = await this.#confirmed(tests, change, restore)
      if (test !== undefined) return test
    }
    return undefined
  }

  #testsOf(file: string): string[][] {
    const folder = this.#testsNear(file)
    const named = join(folder, basename(file).replace(/ts$/, 'test.ts'))
    const all = ['related', file, ...slow]
    return [...(existsSync(join(this.#copy, named)) ? [[named]] : []), [`${folder}/`, `--exclude=${named}`], all]
  }

  /** The folder of the tests of a source file: the same below `test`, or the nearest one above it. */
  #testsNear(file: string): string {
    let folder = dirname(file).replace(/^src/, 'test')
    while (!existsSync(join(this.#copy, folder))) folder = dirname(folder)
    return folder
  }

  /** A test that fails with the change, does so again alone in its file, and passes without it. What does not is left out. */
  async #confirmed(tests: string[], change: () => void, restore: () => void): Promise<string | undefined> {
    const leftOut: string[] = []
    for (;;) {
      change()
      const first = await this.#run(longPatience, ...tests, ...leftOut)
      if (first.is !== 'failed') {
        restore()
        if (first.is === 'hung') console.log(`came to no end, and counts for nothing: ${tests.join(' ')}`)
        return undefined
      }
      const again = await this.#run(patience, first.file)
      restore()
      if (again.is !== 'passed' && (await this.#passesUnchanged(first.file)))
        return again.is === 'failed' ? `${again.file}: ${again.test}` : `${first.file} comes to no end`
      console.log(`fails only sometimes, or without the change too: ${first.file}: ${first.test}`)
      leftOut.push(`--exclude=${first.file}`)
    }
  }

  async #passesUnchanged(file: string): Promise<boolean> {
    const known = this.#passing.get(file)
    if (known !== undefined) return known
    const passes = (await this.#run(patience, file)).is === 'passed'
    this.#passing.set(file, passes)
    return passes
  }

  async #run(timeout: number, ...tests: string[]): Promise<Outcome> {
    const output = join(this.#copy, 'results.json')
    rmSync(output, { force: true })
    const options = ['--run', '--bail=1', '--project=all', '--passWithNoTests', ...patient]
    const report = ['--reporter=json', `--outputFile=${output}`]
    const vitest = ['node_modules/vitest/vitest.mjs', ...tests, ...options, ...report]
    const status = await exitCode(
      spawn(process.execPath, vitest, { cwd: this.#copy, stdio: 'ignore', detached: true }),
      timeout
    )
    if (status === 0) return { is: 'passed' }
    return this.#failureIn(output) ?? { is: 'hung' }
  }

  #failureIn(output: string): Outcome | undefined {
    if (!existsSync(output)) return undefined
    const { testResults } = JSON.parse(readFileSync(output, 'utf8')) as Results
    const failed = testResults.find(({ status }) => status === 'failed')
    if (!failed) return undefined
    const test = failed.assertionResults.find(({ status }) => status === 'failed')
    return { is: 'failed', file: relative(this.#copy, failed.name), test: test?.fullName ?? 'does not load' }
  }
}

/** The exit code of a process; undefined where it took longer, when it and all of its process group are killed. */
async function exitCode(child: ChildProcess, timeout: number): Promise<number | undefined> {
  const timer = setTimeout(() => process.kill(-(child.pid as number), 'SIGKILL'), timeout)
  const [code] = (await once(child, 'exit')) as [number | null]
  clearTimeout(timer)
  return code ?? undefined
}

interface Results {
  testResults: { name: string; status: string; assertionResults: { status: string; fullName: string }[] }[]
}
