import { defineConfig } from 'vitest/config'

/** One process for each file, one after the other: a mutant leaves nothing to the next file. */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 1,
    maxConcurrency: 1, // what is reached belongs to one test
    testTimeout: 60_000, // the runner has limits of its own
    hookTimeout: 15_000,
    expect: { poll: { timeout: 2000 } },
    unstubEnvs: true,
    include: ['test/**/*.test.ts'],
    runner: './scripts/mutation/runner.ts',
    reporters: [{}],
    dangerouslyIgnoreUnhandledErrors: true, // of mutants
    disableConsoleIntercept: true,
    cache: false
  }
})
