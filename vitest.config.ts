import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: [],
    pool: 'forks',
    isolate: false, // a process for each file took twice as long
    maxWorkers: 3, // tests wait more than they work
    testTimeout: 20_000,
    hookTimeout: 20_000,
    expect: { poll: { timeout: 10_000 } }, // a busy machine takes its time
    unstubEnvs: true
  }
})
