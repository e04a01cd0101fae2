import { WebSocket } from 'ws'

/** Bytes of one message of an app-server: what the TUI takes (codex-cli 0.169). */
const maxMessage = 134_217_728

/** A WebSocket to an app-server that asks for a token. Not open yet. Without compression, which costs more than loopback does, and with masks that change nothing: no proxy is on the way. */
export function dialAppServer({ url, token }: { url: string; token: string }): WebSocket {
  return new WebSocket(url, {
    headers: { authorization: `Bearer ${token}` },
    perMessageDeflate: false,
    maxPayload: maxMessage,
    generateMask: (mask) => void mask.fill(0), // ws then skips the masking
    handshakeTimeout: 10_000
  })
}
