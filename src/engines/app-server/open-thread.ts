import { z } from 'zod'
import { GatewayError } from '../../turn/error.ts'
import type { Connection } from './connection.ts'
import { markOfCommands } from './thread-request.ts'
import type { TurnPlan } from './thread-request.ts'

const opened = z.object({ thread: z.object({ id: z.string(), status: z.object({ type: z.string() }).optional() }) })

/** Opens a thread whose commands' environment holds `mark`, and resolves with its id. Rejects with a `GatewayError`. */
export async function openThread(connection: Connection, { method, params }: TurnPlan['open'], mark: string): Promise<string> {
  const config = { ...params.config, [markOfCommands]: mark }
  const reply = opened.safeParse(await connection.request(method, { ...params, config }).catch((error: unknown) => {
    throw method === 'thread/start' ? error : keptThreadError(error)
  }))
  if (!reply.success) throw new GatewayError('upstream_error', 'Codex did not open the thread.')
  const { id, status } = reply.data.thread
  if (status?.type === 'active') throw new GatewayError('thread_busy', 'Another turn is running on this thread.')
  return id
}

/** Why a kept thread could not be opened: codex words it in many ways, a file that is gone or cannot be read among them. */
function keptThreadError(error: unknown): unknown {
  const isRefused = error instanceof GatewayError && error.code === 'upstream_error'
  return isRefused ? new GatewayError('thread_not_found', 'There is no such thread.', { cause: error }) : error
}
