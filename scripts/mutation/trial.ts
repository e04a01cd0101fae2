import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { importersOf } from './importers.ts'
import type { Mutant } from './mutants.ts'

/** Milliseconds that one test may take, a file of tests, and many of them. */
const [patience, filePatience, longPatience] = [40_000, 120_000, 240_000]

/** Tests that start whole gateways, for minutes. What only they would catch counts as survived. */
const slowFolders = ['faults', 'scripts', 'main', 'clients', 'web', 'workspaces'].map((name) => `test/${name}`)
const isSlow = (file: string) => slowFolders.some((folder) => file.startsWith(`${folder}/`))

/** Which tests: those of the file, those that import it over one or two others, and those that do over more. */
export const stages = ['near', 'far', 'farthest'] as const
export type Stage = (typeof stages)[number]

/** A run of tests: it passed, a test failed, or it came to no end in its time. */
type Outcome = { is: 'passed' } | { is: 'failed'; file: string; test: string } | { is: 'hung' }

/** The tests of a copy of the project, in which one file at a time is changed. */
export class Trial {
  readonly #copy: string
  /** Whether tests pass without any change. */
  readonly #passing = new Map<string, boolean>()
  #running: ChildProcess | undefined

  constructor(copy: string) {
    this.#copy = copy
  }

  /** Ends the tests that run. */
  stop() {
    if (this.#running) killGroup(this.#running)
  }

  /**
   * The test that fails with the mutant; undefined where none does. Near: the tests that name the file in an import, and
   * those of the same folder. Far and farthest: all others that import it over others, but for the slow ones.
   */
  async caughtBy(mutant: Mutant, stage: Stage): Promise<string | undefined> {
    const path = join(this.#copy, mutant.file)
    const text = readFileSync(path, 'utf8')
    const change = () => writeFileSync(path, text.slice(0, mutant.start) + mutant.replacement + text.slice(mutant.end))
    const restore = () => writeFileSync(path, text)
    for (const tests of this.#testsOf(mutant.file)[stage]) {
      const test = await this.#confirmed(tests, change, restore)
      if (test !== undefined) return test
    }
    return undefined
  }

  #testsOf(file: string): Record<Stage, string[][]> {
    const importers = importersOf(this.#copy, file)
    const tests = [...importers.keys()].filter((name) => !isSlow(name))
    const folder = `${this.#testsNear(file)}/`
    const direct = tests.filter((name) => importers.get(name) === 1)
    const inFolder = tests.filter((name) => !direct.includes(name) && name.startsWith(folder))
    const others = tests.filter((name) => !direct.includes(name) && !inFolder.includes(name))
    const distance = (name: string) => importers.get(name) ?? 0
    return {
      near: [direct, inFolder],
      far: [others.filter((name) => distance(name) === 2), others.filter((name) => distance(name) === 3)],
      farthest: [others.filter((name) => distance(name) > 3)]
    }
  }

  /** The folder of the tests of a source file: the same below `test`, or the nearest one above it. */
  #testsNear(file: string): string {
    let folder = dirname(file).replace(/^src/, 'test')
    while (!existsSync(join(this.#copy, folder))) folder = dirname(folder)
    return folder
  }

  /** A test that fails with the change, does so again alone in its file, and passes without it. What does not is left out. */
  async #confirmed(tests: string[], change: () => void, restore: () => void): Promise<string | undefined> {
    let left = tests
    while (left.length > 0) {
      change()
      const first = await this.#run(longPatience, ...left)
      const again = first.is === 'failed' ? await this.#run(filePatience, first.file) : first
      restore()
      if (first.is === 'passed') return undefined
      if (first.is === 'hung') return (await this.#passesUnchanged(longPatience, left)) ? 'no end' : undefined
      if (again.is !== 'passed' && (await this.#passesUnchanged(filePatience, [first.file])))
        return again.is === 'failed' ? `${again.file}: ${again.test}` : `no end of ${first.file}`
      console.log(`fails only sometimes, or without the change too: ${first.file}: ${first.test}`)
      left = left.filter((name) => name !== first.file)
    }
    return undefined
  }

  async #passesUnchanged(timeout: number, tests: string[]): Promise<boolean> {
    const name = tests.join(' ')
    const known = this.#passing.get(name)
    if (known !== undefined) return known
    const passes = (await this.#run(timeout, ...tests)).is === 'passed'
    this.#passing.set(name, passes)
    return passes
  }

  async #run(timeout: number, ...tests: string[]): Promise<Outcome> {
    const output = join(this.#copy, 'results.json')
    rmSync(output, { force: true })
    const options = ['--run', '--bail=1', '--project=all', '--passWithNoTests', `--testTimeout=${patience}`]
    const report = ['--reporter=json', `--outputFile=${output}`]
    const vitest = ['node_modules/vitest/vitest.mjs', ...tests, ...options, ...report]
    this.#running = spawn(process.execPath, vitest, { cwd: this.#copy, stdio: 'ignore', detached: true })
    const status = await exitCode(this.#running, timeout)
    this.#running = undefined
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
  const timer = setTimeout(killGroup, timeout, child)
  const [code] = (await once(child, 'exit')) as [number | null]
  clearTimeout(timer)
  return code ?? undefined
}

const killGroup = ({ pid }: ChildProcess) => process.kill(-(pid as number), 'SIGKILL')

interface Results {
  testResults: { name: string; status: string; assertionResults: { status: string; fullName: string }[] }[]
}
