import { configDefaults, defineConfig } from 'vitest/config'
import { leftOutReporter } from './test/support/left-out.ts'

/** Any gateway that starts meanwhile would end what its dead ones leave. */
const alone = 'test/faults/gateway-killed.test.ts'

export default defineConfig({
  test: {
    pool: 'forks',
    isolate: false, // a process for each file took twice as long
    testTimeout: 20_000,
    hookTimeout: 20_000,
    expect: { poll: { timeout: 10_000 } }, // a busy machine takes its time
    unstubEnvs: true,
    reporters: ['default', leftOutReporter],
    projects: [
      {
        extends: true,
        test: {
          name: 'tests',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, alone],
          maxWorkers: 3, // tests wait more than they work
          sequence: { groupOrder: 0 }
        }
      },
      { extends: true, test: { name: 'alone', include: [alone], maxWorkers: 1, sequence: { groupOrder: 1 } } }
    ]
  }
})
