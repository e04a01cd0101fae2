import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

type Params = { protocolVersion?: string; arguments?: unknown }

/** An MCP server on loopback with the tool `remove`, which says that it destroys something. */
export class ToolServer {
  /** What it was asked to remove. */
  readonly deleted: unknown[] = []
  readonly #server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      if (request.method !== 'POST') return response.writeHead(405).end()
      const { id, method, params } = JSON.parse(body) as { id?: number; method: string; params: Params }
      if (id === undefined) return response.writeHead(202).end()
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result: this.#answer(method, params) }))
    })
  })

  /** Resolves with its host and port. */
  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return this.#host
  }

  close(): void {
    this.#server.close()
  }

  get transport() {
    return { type: 'http' as const, server_url: `http://${this.#host}/mcp` }
  }

  get #host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  #answer(method: string, { protocolVersion, arguments: args }: Params): object {
    switch (method) {
      case 'initialize':
        return { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'files', version: '1' } }
      case 'tools/list':
        return { tools: [remove] }
      case 'tools/call':
        this.deleted.push(args)
        return { content: [{ type: 'text', text: 'removed' }] }
      default:
        return {}
    }
  }
}

const remove = {
  name: 'remove',
  description: 'Removes a file.',
  inputSchema: { type: 'object', properties: { path: { type: 'string' } } },
  annotations: { destructiveHint: true }
}
