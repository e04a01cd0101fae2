import type { Engine } from '../turn/engine.ts'
import { isPersistent } from '../turn/thread.ts'

/**
 * Runs turns with a persistent thread on `persistent`, which has a codex home of its own, and all others on `engine`: where a
 * home has a `sessions` folder, each ephemeral thread takes about twice as long to start (codex-cli 0.169).
 */
export function apart(engine: Engine, persistent: Engine): Engine {
  return {
    ...engine,
    run: (request, signal) => (isPersistent(request) ? persistent : engine).run(request, signal),
    async [Symbol.asyncDispose]() {
      await Promise.all([engine[Symbol.asyncDispose](), persistent[Symbol.asyncDispose]()])
    }
  }
}
