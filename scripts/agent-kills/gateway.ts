import { join } from 'node:path'
import { OpenAI } from 'openai-newest'
import { spawnGateway } from '../kills/gateway.ts'

const token = 'sk-agent-kills-0123456789abcdef'

/** A built gateway as a process of its own, in a folder that earlier ones had, with the official client. */
export interface KilledGateway {
  sessions: OpenAI['beta']['agents']['sessions']
  end: (signal: NodeJS.Signals) => Promise<unknown>
}

export async function startKilled(folder: string, upstream: string): Promise<KilledGateway> {
  const gateway = await spawnGateway(folder, {
    CODEX_ENVIRONMENTS_DIR: join(folder, 'environments'),
    CODEX_GATEWAY_TOKEN: token,
    CODEX_API_BASE_URL: upstream,
    CODEX_API_KEY: 'sk-agent-kills-provider'
  })
  const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: token, maxRetries: 0 })
  return { sessions: client.beta.agents.sessions, end: gateway.end }
}
