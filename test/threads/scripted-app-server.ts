import { randomUUID } from 'node:crypto'
import { Connection } from '../../src/codex/app-server/connection.ts'
import { JsonRpc } from '../../src/codex/wire/json-rpc.ts'
import type { OpenTransport } from '../../src/codex/wire/transport.ts'
import { AppServerSupervisor } from '../../src/workspaces/app-server-supervisor.ts'

/** What the scripted app-server is asked, and how it says something. */
export interface AskedCall {
  method: string
  params: { threadId: string; input?: { text: string }[] }
  answer: (result: object) => void
  notify: (method: string, params: object) => void
}

/** An app-server without a process: it answers the handshake and opens threads; all else is up to `asked`. */
export function scriptedAppServer(asked: (call: AskedCall) => void): AppServerSupervisor<Connection> {
  const transport: OpenTransport = (handlers) => {
    let end = () => {}
    const lost = new Promise<void>((resolve) => (end = resolve))
    const rpc: JsonRpc = new JsonRpc((line) => queueMicrotask(() => hear(line)), handlers)
    const send = (message: object) => setImmediate(() => rpc.receive(JSON.stringify(message)))
    const hear = (line: string) => {
      const { id, method, params } = JSON.parse(line) as { id?: number } & Pick<AskedCall, 'method' | 'params'>
      if (id === undefined) return
      const answer = (result: object) => send({ id, result })
      const notify = (name: string, said: object) => send({ method: name, params: said })
      if (method === 'initialize') answer({ userAgent: 'scripted' })
      else if (method === 'thread/start') answer({ thread: { id: randomUUID() } })
      else if (method === 'thread/resume') answer({ thread: { id: params.threadId } })
      else asked({ method, params, answer, notify })
    }
    return { rpc, lost, clear: async () => {}, stop: async () => end() }
  }
  return new AppServerSupervisor(() => new Connection({ transport }))
}
