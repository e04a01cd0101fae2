import { join } from 'node:path'
import { OpenAI } from 'openai-newest'
import type { ToolServer } from '../../test/api/agents/tool-server.ts'
import { spawnGateway } from '../kills/gateway.ts'

export const token = 'sk-agent-kills-0123456789abcdef'

/** A built gateway as a process of its own, in a folder that earlier ones had, with the official client. */
export interface KilledGateway {
  url: string
  sessions: OpenAI['beta']['agents']['sessions']
  /** Tools of a server that asks before it destroys something. */
  servers: { type: 'mcp'; server_label: string; transport: ToolServer['transport'] }[]
  end: (signal: NodeJS.Signals) => Promise<unknown>
}

export async function startKilled(folder: string, upstream: string, tools: ToolServer): Promise<KilledGateway> {
  const gateway = await spawnGateway(folder, {
    CODEX_ENVIRONMENTS_DIR: join(folder, 'environments'),
    CODEX_GATEWAY_TOKEN: token,
    CODEX_MCP_HOSTS: new URL(tools.transport.server_url).host,
    CODEX_API_BASE_URL: upstream,
    CODEX_API_KEY: 'sk-agent-kills-provider'
  })
  const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: token, maxRetries: 0 })
  const servers = [{ type: 'mcp' as const, server_label: 'files', transport: tools.transport }]
  return { url: gateway.url, sessions: client.beta.agents.sessions, servers, end: gateway.end }
}
