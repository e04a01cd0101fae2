import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { turnVariable } from '../../../codex/process/isolation.ts'
import { GatewayError } from '../../../turn/error.ts'
import type { Connection } from '../../../codex/app-server/connection.ts'
import type { TurnPlan } from './thread-request.ts'

const opened = z.object({
  thread: z.object({ id: z.string(), status: z.object({ type: z.string() }).optional() }),
  model: z.string().optional(),
  modelProvider: z.string().optional()
})

/** A thread that is loaded, and what codex calls its model and provider. */
export interface OpenedThread {
  id: string
  model?: string | undefined
  modelProvider?: string | undefined
}

/** Milliseconds between tries, and how many: codex reports that a thread is closed a little before it is (codex-cli 0.169). */
const closing = { wait: 20, tries: 25 }

/** Opens a thread whose commands' environment holds `mark`, and resolves with what it is. Rejects with a `GatewayError`. */
export async function openThread(
  connection: Connection,
  { method, params }: TurnPlan['open'],
  mark: string
): Promise<OpenedThread> {
  const call = () =>
    connection.request(method, Object.assign({}, params, { config: markedConfig(params.config, mark) }))
  const reply = opened.safeParse(await (method === 'thread/start' ? call() : onceClosed(call)))
  if (!reply.success) throw new GatewayError('upstream_error', 'Codex did not open the thread.')
  const { thread, model, modelProvider } = reply.data
  const { id, status } = thread
  if (status?.type === 'active') throw new GatewayError('thread_busy', 'Another turn is running on this thread.')
  connection.usage.opened(id, params['experimentalRawEvents'] === true)
  return { id, model, modelProvider }
}

/**
 * With the variable by which what a turn's commands leave behind is found; see `Guard`. It is in the table of the policy itself: codex
 * takes the entries in no certain order, and a table in the place of what entries by their dotted names have put into it (codex-cli 0.169).
 */
function markedConfig(config: object, mark: string): object {
  const { shell_environment_policy: policy } = config as { shell_environment_policy?: { set?: object } }
  const set = Object.assign({}, policy?.set, { [turnVariable]: mark })
  return Object.assign({}, config, { shell_environment_policy: Object.assign({}, policy, { set }) })
}

async function onceClosed(call: () => Promise<unknown>): Promise<unknown> {
  for (let tried = 1; ; tried++) {
    try {
      return await call()
    } catch (error) {
      if (!hasCode(error, 'thread_busy') || tried === closing.tries) throw persistentThreadError(error)
      await sleep(closing.wait)
    }
  }
}

/** Why a persistent thread could not be opened: codex has many messages for it, a file that is gone or unreadable among them. */
function persistentThreadError(error: unknown): unknown {
  return hasCode(error, 'upstream_error')
    ? new GatewayError('thread_not_found', 'There is no such thread.', { cause: error })
    : error
}

function hasCode(error: unknown, code: GatewayError['code']): boolean {
  return error instanceof GatewayError && error.code === code
}
