import { configFrom, credentialsOf } from '../../config/config.ts'
import { CommandError } from '../error.ts'
import { urlFrom } from '../shell.ts'

/** A task as the gateway answers it, as far as it is printed. */
export interface ShownTask {
  id: string
  status: string
  template: string | null
  createdAt: string
  resetsAt: string | null
  progress: { plan: { completed: boolean }[]; step: { text: string } | null } | null
  result: unknown
  error: { class: string; message: string } | null
}

/** Calls the tasks API of a running gateway. */
export interface TaskClient {
  /** Throws a `CommandError` that explains why it failed. */
  call: (method: string, path: string, body?: object) => Promise<unknown>
  /** What happens in a task, from after the event with this number. */
  events: (id: string, after: number, signal: AbortSignal) => Promise<Response>
}

export function taskClient(env: Record<string, string | undefined>, url: string | undefined): TaskClient {
  const config = configFrom(env)
  const base = (url ?? urlFrom(config.CODEX_GATEWAY_HOST, config.CODEX_GATEWAY_PORT)).replace(/\/(v1\/?)?$/, '')
  const [credential] = credentialsOf(config)
  const headers = credential === undefined ? {} : { authorization: `Bearer ${credential.token}` }
  const fetched = async (path: string, init: RequestInit): Promise<Response> => {
    try {
      return await fetch(`${base}/api/tasks${path}`, init)
    } catch (error) {
      if (init.signal?.aborted) throw error
      throw new CommandError(`There is no gateway at ${base}. Start it, or name it with --url`)
    }
  }
  return {
    async call(method, path, body) {
      const sent = body && { body: JSON.stringify(body) }
      const type = body && { 'content-type': 'application/json' }
      const response = await fetched(path, { method, headers: { ...headers, ...type }, ...sent })
      const answer = (await response.json().catch(() => ({}))) as { error?: { message?: string } }
      if (response.ok) return answer
      throw new CommandError(answer.error?.message ?? `The gateway answered with ${response.status}`)
    },
    events: (id, after, signal) =>
      fetched(`/${id}/events`, { headers: { ...headers, 'last-event-id': String(after) }, signal })
  }
}
