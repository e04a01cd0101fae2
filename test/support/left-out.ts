import { it } from 'vitest'
import type { Reporter, TestModule } from 'vitest/node'

/**
 * Defines tests that need something which is not everywhere. Where it is missing they are left out and named at the end
 * of the run; where `CI` is set that is a failure.
 */
export function needing(needed: string, available: boolean, define: () => void): void {
  if (available) return define()
  it(`needs ${needed}`, (context) => {
    if (process.env['CI']) throw new Error(`${needed} is missing, and with CI set no test may be left out`)
    context.skip(`${needed} is missing`)
  })
}

/** Names at the end of a run what `needing` left out, and what the configuration did. */
export function leftOutReporter(configured: string[]): Reporter {
  return {
    onTestRunEnd(modules) {
      const lines = [...configured.map((what) => `  ${what}`), ...modules.flatMap(leftOutOf)]
      if (lines.length > 0) console.log(`\nLeft out:\n${lines.join('\n')}`)
    }
  }
}

function leftOutOf({ children, project, relativeModuleId }: TestModule): string[] {
  const skipped = [...children.allTests('skipped')].map((test) => test.result())
  const notes = skipped.flatMap((result) => (result.state === 'skipped' && result.note ? [result.note] : []))
  return [...new Set(notes)].map((note) => `  ${project.name}, ${relativeModuleId}: ${note}`)
}
