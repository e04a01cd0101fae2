import { spawnGateway } from '../kills/gateway.ts'

const token = 'sk-task-kills-0123456789abcdef'

/** A built gateway as a process of its own, in a folder that earlier ones had. */
export interface KilledGateway {
  /** Calls a path below `/api/tasks`, and reads its JSON. Rejects where the gateway is gone. */
  call: (method: string, path: string, body?: object, headers?: Record<string, string>) => Promise<unknown>
  text: (path: string) => Promise<string>
  /** Both resolve with what it has logged. */
  kill: () => Promise<string>
  stop: () => Promise<string>
}

export async function startKilled(
  folder: string,
  { upstream, receiver }: { upstream: string; receiver: number }
): Promise<KilledGateway> {
  const { url, end } = await spawnGateway(folder, {
    CODEX_GATEWAY_TOKEN: token,
    CODEX_API_BASE_URL: upstream,
    CODEX_API_KEY: 'sk-task-kills-provider',
    CODEX_SANDBOX: 'danger-full-access',
    CODEX_TASK_ENV: 'MARKER_SECRET',
    CODEX_WEBHOOK_HOSTS: `127.0.0.1:${receiver}`,
    CODEX_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`
  })
  const fetched = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
    fetch(`${url}/api/tasks${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }), ...headers },
      ...(body && { body: JSON.stringify(body) })
    })
  return {
    call: async (...request) => (await fetched(...request)).json(),
    text: async (path) => (await fetched('GET', path)).text(),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM')
  }
}
