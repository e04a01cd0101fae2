import type { JsonRpc, RpcHandlers } from './json-rpc.ts'

/** A JSON-RPC conversation with one codex app-server, whatever carries its messages: the stdio of a child today. */
export interface RpcTransport {
  readonly rpc: JsonRpc
  /** Settles when the other side can no longer be reached; by then every waiting call has failed. */
  readonly lost: Promise<void>
  /** Kills what the commands of one turn left running, found by the turn's mark (`CODEX_GATEWAY_TURN`). */
  clear: (mark: string) => Promise<unknown>
  /** Ends the conversation, and the app-server where it was started for it. Resolves when nothing is left. */
  stop: () => Promise<void>
}

export interface TransportHandlers extends RpcHandlers {
  /** The first and last 8 KiB of a message that was too long to be read. */
  tooLong: (head: string, tail: string) => void
}

/** Opens a new conversation. Throws `overloaded` when this machine cannot start codex. */
export type OpenTransport = (handlers: TransportHandlers) => RpcTransport
