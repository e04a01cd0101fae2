import { lifetime } from '../http/lifetime.ts'
import type { GatewayContext } from '../http/state.ts'
import type { MessageChecks } from '../threads/turn-order.ts'
import { checkPromptSize } from '../turn/prompt-size.ts'
import type { ThreadsDependencies } from './thread-dependencies.ts'

/** Throws where a text is longer than a prompt may be. */
export function checkTextSize(text: string, limit: number, param: string): void {
  checkPromptSize({ input: [{ type: 'text', text }] }, limit, param)
}

/** What the message of a request is checked with. */
export function messageChecks(
  ctx: GatewayContext,
  { readImage }: Pick<ThreadsDependencies, 'readImage'>
): MessageChecks {
  const { state } = ctx
  return { readImage, signal: lifetime(ctx), reserve: (bytes) => state.reserve?.(bytes), key: state.principal.key?.id }
}
