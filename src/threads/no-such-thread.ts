import { GatewayError } from '../turn/error.ts'

export function noSuchThread(id: string, cause?: unknown): GatewayError {
  return new GatewayError('thread_not_found', `There is no thread ${id.slice(0, 64)}.`, { cause })
}

/** Whether codex has not, or no longer, what the gateway has stored. Not so where it only would not open it. */
export function isThreadGone(error: unknown): boolean {
  return refusalIn(error) === error && error instanceof GatewayError && error.code === 'thread_not_found'
}

/** `openThread` calls every thread that codex would not open one that is not there. This is why codex would not, where it said. */
export function refusalIn(error: unknown): unknown {
  const cause = error instanceof GatewayError && error.code === 'thread_not_found' ? error.cause : undefined
  return cause instanceof GatewayError && cause.code === 'upstream_error' ? cause : error
}
