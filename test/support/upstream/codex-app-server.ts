import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Changes } from '../changes.ts'
import { codexBinary } from './codex-home.ts'
import type { CodexHome } from './codex-home.ts'

export interface RpcMessage {
  id?: number
  method?: string
  params?: Record<string, unknown>
  result?: Record<string, unknown>
  error?: { code: number; message: string }
}

/** A real `codex app-server` by hand, initialized, with the experimental API. */
export interface AppServer extends AsyncDisposable {
  /** Everything it has said so far, replies too. */
  readonly said: RpcMessage[]
  /** Sends a request and resolves with its result; rejects with its error. */
  request: (method: string, params: unknown) => Promise<Record<string, unknown>>
  /** Answers a request that it made. */
  reply: (id: number, result: unknown) => void
  /** Resolves with the first message of this method. */
  heard: (method: string) => Promise<RpcMessage>
}

export async function codexAppServer(home: CodexHome): Promise<AppServer> {
  const child = spawn(codexBinary, ['app-server'], {
    cwd: home.workspace,
    env: home.env,
    stdio: ['pipe', 'pipe', 'ignore']
  })
  const exited = once(child, 'exit')
  const said: RpcMessage[] = []
  const changes = new Changes()
  createInterface({ input: child.stdout }).on('line', (line) => {
    said.push(JSON.parse(line) as RpcMessage)
    changes.happened()
  })
  const send = (message: object) => child.stdin.write(`${JSON.stringify(message)}\n`)
  const first = async (wanted: (message: RpcMessage) => boolean) => {
    await changes.until(() => said.some(wanted))
    return said.find(wanted) ?? {}
  }
  let asked = 0
  const request = async (method: string, params: unknown) => {
    const id = ++asked
    send({ id, method, params })
    const { result, error } = await first((message) => message.id === id && message.method === undefined)
    if (error) throw new Error(`${method}: ${error.message}`)
    return result ?? {}
  }
  await request('initialize', { clientInfo: { name: 'test', version: '1' }, capabilities: { experimentalApi: true } })
  send({ method: 'initialized' })
  return {
    said,
    request,
    reply: (id, result) => send({ id, result }),
    heard: (method) => first((message) => message.method === method),
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await exited
    }
  }
}
