import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Order } from './runner.ts'
import { addResult, resultsIn } from './results.ts'

/** Milliseconds without a result after which the tests are ended. */
const patience = 60_000

/** Vitest in a copy of the project, whose files try the mutants that they reach (runner.ts). */
export class TestRun {
  readonly #copy: string
  readonly #order: Order
  #running: ChildProcess | undefined

  constructor(copy: string, order: Order) {
    ;[this.#copy, this.#order] = [copy, order]
  }

  /** Ends the tests that run. */
  stop() {
    const { pid, exitCode, signalCode } = this.#running ?? {}
    if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL')
  }

  /** Runs files of tests one by one. A mutant that ends their process, or leaves it without an end, is tried twice. */
  async all(tests: readonly string[]) {
    const { results, run } = this.#order
    const isDone = (file: string) =>
      resultsIn(results).some((one) => one.is === 'done' && one.run === run && one.file === file)
    for (const [index, file] of tests.entries()) {
      for (let tries = 0; tries < 20 && !isDone(file); tries++) {
        const before = resultsIn(results).length
        await this.#run(file)
        const last = resultsIn(results).slice(before).at(-1)
        if (last?.is === 'trying') addResult(results, { ...last, is: 'stuck' })
        else if (!isDone(file) && !last) break
      }
      const own = resultsIn(results).filter((one) => one.file === file)
      const count = (is: string) => own.filter((one) => one.is === is).length
      const outcome = isDone(file) ? `${count('killed')} killed, ${count('survived')} not` : 'has no end: left out'
      console.log(`${index + 1} of ${tests.length}  ${file}: ${outcome}`)
    }
  }

  /** Until its end, or until there is no new result for long. */
  async #run(file: string) {
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config=scripts/mutation/vitest.config.ts', '--root=.']
    const env = { ...process.env, MUTATION_ORDER: JSON.stringify(this.#order) }
    const options = { cwd: this.#copy, env, stdio: 'ignore', detached: true } as const
    this.#running = spawn(process.execPath, [...vitest, file], options)
    let [known, since] = [-1, performance.now()]
    const watch = setInterval(() => {
      const { length } = resultsIn(this.#order.results)
      if (length !== known) [known, since] = [length, performance.now()]
      else if (performance.now() - since > patience) this.stop()
    }, 5000)
    await once(this.#running, 'exit')
    clearInterval(watch)
  }
}
