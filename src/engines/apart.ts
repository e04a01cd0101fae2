import type { Engine } from '../turn/engine.ts'

/**
 * Runs turns whose thread is kept apart from all others, in a codex home of their own: where a home has a `sessions`
 * folder, each ephemeral thread takes about twice as long to start (codex-cli 0.169).
 */
export function apart(engine: Engine, keeping: Engine): Engine {
  return {
    ...engine,
    run: (request, signal) =>
      (request.threadId === undefined && request.ephemeral !== false ? engine : keeping).run(request, signal),
    async [Symbol.asyncDispose]() {
      await Promise.all([engine[Symbol.asyncDispose](), keeping[Symbol.asyncDispose]()])
    }
  }
}
