/** A JSON-RPC message as app-server speaks it, as far as the gateway looks at it: without the `jsonrpc` field. */
export interface Message {
  readonly id?: string | number
  readonly method?: string
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: unknown
}

/** Codes of JSON-RPC. */
export const code = {
  invalidRequest: -32_600,
  unknownMethod: -32_601,
  invalidParams: -32_602,
  server: -32_000,
  busy: -32_001
} as const

/** A failure as the answer to a request. */
export function failed(id: unknown, errorCode: number, message: string): object {
  return { id, error: { code: errorCode, message } }
}

/** A notification that the TUI shows, and keeps showing when its connection is closed. */
export function warning(message: string): object {
  return { method: 'warning', params: { threadId: null, message } }
}
