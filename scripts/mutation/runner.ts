import { relative } from 'node:path'
import { startTests } from '@vitest/runner'
import type { RunnerTask, RunnerTestCase, RunnerTestFile, RunnerTestSuite, VitestTestRunner } from 'vitest'
import { TestRunner, vi } from 'vitest'
import { addResult, resultsIn } from './results.ts'
import type { Result } from './results.ts'

/** What main.ts says to the processes that run the tests. */
export interface Order {
  results: string
  /** The mutants to try. */
  from: readonly number[]
  /** Tests that take more milliseconds are run without a mutant only. */
  limit: number
  run: string
}

const order = JSON.parse(process.env['MUTATION_ORDER'] ?? '{}') as Order
const { setTimeout, clearTimeout } = globalThis // tests replace them
/** Milliseconds for the tests of a file without a mutant; what begins later is left out. */
const filePatience = Math.max(5000, 10 * order.limit)
/** So often is a switch asked in an endless loop, and in no test. */
const endless = 3_000_000

/** The mutants that a test reaches, by the test's id; those of hooks, and those that run as modules load. */
const reached = new Map<string, Set<number>>()
const [ofHooks, ofModules] = [new Set<number>(), new Set<number>()]
/** Where what is reached is noted; undefined once the tests have run without a mutant. */
let seen: Set<number> | undefined = ofHooks
let [active, asked] = [-1, 0]
Object.assign(globalThis, {
  __mutant(number: number) {
    seen?.add(number)
    if (active !== -1 && ++asked > endless) throw new Error('an endless loop')
    return number === active
  }
})

const tests = (task: RunnerTask): RunnerTestCase[] => (task.type === 'test' ? [task] : task.tasks.flatMap(tests))
const add = (result: Result) => addResult(order.results, result)

interface Failure {
  test: string
  /** Undefined where a hook failed, or the file does not load. */
  id?: string
  timedOut: boolean
}

/** Runs the tests of a file, then again for each mutant that they reach: the quick ones that reach it, until one fails. */
export default class MutationRunner extends TestRunner {
  #began = 0

  override async importFile(path: string, source: 'collect' | 'setup'): Promise<unknown> {
    if (!seen) return super.importFile(path, source)
    seen = ofModules
    await super.importFile(path, source)
    seen = ofHooks
    this.#began = performance.now()
  }

  override async onBeforeRunTask(test: RunnerTestCase) {
    await super.onBeforeRunTask(test)
    if (performance.now() - this.#began > filePatience) test.mode = 'skip'
    reached.set(test.id, (seen = new Set()))
  }

  override onAfterRunTask(test: RunnerTestCase) {
    super.onAfterRunTask(test)
    seen = ofHooks
  }

  override async onAfterRunSuite(suite: RunnerTestSuite) {
    if (!('filepath' in suite)) await super.onAfterRunSuite(suite)
  }

  override onAfterRunFiles(files?: RunnerTestFile[]): unknown {
    super.onAfterRunFiles()
    return files?.[0] && this.#tryMutants(files[0])
  }

  async #tryMutants(task: RunnerTestFile) {
    seen = undefined
    const file = relative(process.cwd(), task.filepath)
    const all = tests(task).filter(({ mode }) => mode === 'run' || mode === 'queued')
    const quick = new Map<string, number>()
    for (const { id, name, result } of all)
      if (result?.state === 'fail') add({ is: 'failing', file, test: name })
      else if ((result?.duration ?? 0) <= order.limit) quick.set(id, result?.duration ?? 0)
      else add({ is: 'slow', file, test: name })
    const earlier = resultsIn(order.results)
    const killed = new Set(earlier.map((result) => (result.is === 'killed' ? result.mutant : -1)))
    const again = new Trials(this, task.filepath, quick)
    const wanted = new Set(order.from)
    for (const mutant of again.mutants()) {
      if (killed.has(mutant) || !wanted.has(mutant)) continue
      const stuck = earlier.filter((one) => one.is === 'stuck' && one.mutant === mutant).length
      add({ is: 'trying', mutant, file })
      const failure = stuck > 1 ? { test: 'has no end', timedOut: true } : await again.killedBy(mutant)
      if (typeof failure === 'string') add({ is: failure, mutant, file })
      else add({ is: 'killed', mutant, file, ...failure })
    }
    const slow = all.filter(({ id }) => !quick.has(id)).flatMap(({ id }) => [...(reached.get(id) ?? [])])
    add({ is: 'done', file, run: order.run, slow: [...new Set(slow)] })
  }
}

/** Runs quick tests of a file again, in the process that ran them. */
class Trials {
  readonly #path: string
  /** How many milliseconds each took without a mutant. */
  readonly #quick: ReadonlyMap<string, number>
  readonly #runner: MutationRunner

  constructor(runner: MutationRunner, path: string, quick: ReadonlyMap<string, number>) {
    ;[this.#runner, this.#path, this.#quick] = [runner, path, quick]
  }

  /** What quick tests reach. */
  mutants(): number[] {
    if (this.#quick.size === 0) return []
    const ofTests = [...this.#quick.keys()].flatMap((id) => [...(reached.get(id) ?? [])])
    return [...new Set([...ofModules, ...ofHooks, ...ofTests])].sort((a, b) => a - b)
  }

  /** The test that fails with a mutant and passes without it, twice if it came to no end. */
  async killedBy(mutant: number): Promise<Failure | 'survived' | 'unsure'> {
    const all = ofModules.has(mutant) || ofHooks.has(mutant)
    const chosen = new Set([...this.#quick.keys()].filter((id) => all || reached.get(id)?.has(mutant)))
    let reload = ofModules.has(mutant)
    for (const patience of [1, 3]) {
      const failure = await this.#run(mutant, chosen, reload, patience)
      if (!failure) return 'survived'
      const unchanged = await this.#run(-1, failure.id === undefined ? chosen : new Set([failure.id]), reload, 3)
      if (!unchanged && !(failure.timedOut && patience === 1)) return failure
      reload ||= unchanged !== undefined // what the mutant left behind is thrown away with the modules
    }
    return 'unsure'
  }

  async #run(mutant: number, chosen: ReadonlySet<string>, reload: boolean, patience: number) {
    let failure: Failure | undefined
    const limit = (id: string) => patience * (500 + 5 * (this.#quick.get(id) ?? 0))
    const isChosen = (task: RunnerTask): boolean =>
      !failure && (task.type === 'test' ? chosen.has(task.id) : task.tasks.some(isChosen))
    const skip = (task: RunnerTask) => {
      if (!isChosen(task)) task.mode = 'skip'
    }
    const { workerState, snapshotClient } = this.#runner as unknown as Internals
    // it reports nothing, and stops at the first failure
    const runner: VitestTestRunner = Object.assign(Object.create(this.#runner) as VitestTestRunner, {
      onCollected() {},
      onTaskUpdate() {},
      onAfterRunFiles() {},
      onBeforeRunTask: skip,
      onAfterRunTask({ id, name: test, result }: RunnerTestCase) {
        const timedOut = result?.errors?.some(({ message }) => message === late) ?? false
        if (result?.state === 'fail') failure ??= { test, id, timedOut }
      },
      async onBeforeRunSuite(suite: RunnerTestSuite) {
        skip(suite)
        const options = { ...workerState.config.snapshotOptions, updateSnapshot: 'none' }
        if ('filepath' in suite) await snapshotClient.setup(suite.file.filepath, options)
      },
      onAfterRunSuite({ name, result }: RunnerTestSuite) {
        if (result?.state === 'fail') failure ??= { test: name, timedOut: false }
      },
      runTask: (test: RunnerTestCase) => inTime(TestRunner.getTestFn(test)(), limit(test.id))
    })
    if (reload) vi.resetModules()
    const module = workerState.evaluatedModules.getModuleById(this.#path)
    if (module) workerState.evaluatedModules.invalidateModule(module)
    ;[active, asked] = [mutant, 0]
    const [ran] = await startTests([{ filepath: this.#path, testLocations: undefined }], runner)
    active = -1
    if (ran?.result?.state === 'fail') failure ??= { test: 'does not load', timedOut: false }
    if (reload) vi.resetModules()
    return failure
  }
}

interface Internals {
  workerState: { config: { snapshotOptions: object }; evaluatedModules: Modules }
  snapshotClient: { setup(path: string, options: object): Promise<void> }
}
interface Modules {
  getModuleById(id: string): object | undefined
  invalidateModule(module: object): void
}

const late = 'not in time'

async function inTime(result: unknown, limit: number) {
  let timer: NodeJS.Timeout | undefined
  const end = new Promise((_resolve, reject) => (timer = setTimeout(() => reject(new Error(late)), limit)))
  await Promise.race([result, end]).finally(() => clearTimeout(timer))
}
