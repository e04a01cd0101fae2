import { environment } from '../../config/config.ts'
import { followed } from './follow.ts'
import { taskClient } from './client.ts'
import type { ShownTask, TaskClient } from './client.ts'
import type { TaskCommand } from './line.ts'
import { rowOf, taskSummary } from './print.ts'

/** How a task ended, for a shell: 0 is success, 1 that Codex or its provider failed. */
const exitCodes: Record<string, number> = {
  ...{ engine: 1, refused: 3, invalid_result: 4, timeout: 5, interrupted: 6, limited: 7, cancelled: 8 }
}

/** Runs, lists, shows or cancels tasks of a running gateway. Returns the exit code. */
export async function task({ action, url, json }: TaskCommand): Promise<number> {
  const client = taskClient(environment(), url)
  switch (action.kind) {
    case 'run': {
      const path = action.template === undefined ? '' : `/${encodeURIComponent(action.template)}`
      const made = (await client.call('POST', path, action.body)) as ShownTask
      if (action.detach) return printed(made, json, 0)
      const ended = await watched(client, made)
      return printed(ended, json, codeOf(ended))
    }
    case 'list': {
      const filter = action.status === undefined ? '' : `&status=${action.status}`
      const { data } = (await client.call('GET', `?limit=100${filter}`)) as { data: ShownTask[] }
      process.stdout.write(json ? `${JSON.stringify(data, null, 2)}\n` : data.map(rowOf).join(''))
      return 0
    }
    case 'show':
      return printed((await client.call('GET', `/${encodeURIComponent(action.id)}`)) as ShownTask, json, 0)
    case 'cancel':
      return printed((await client.call('POST', `/${encodeURIComponent(action.id)}/cancel`)) as ShownTask, json, 0)
  }
}

/** Shows how far it is until it has ended; Ctrl-C cancels it. */
async function watched(client: TaskClient, { id }: ShownTask): Promise<ShownTask> {
  const cancel = () => void client.call('POST', `/${id}/cancel`).catch(() => {})
  process.once('SIGINT', cancel)
  try {
    await followed(client, id)
    return (await client.call('GET', `/${id}`)) as ShownTask
  } finally {
    process.off('SIGINT', cancel)
  }
}

function printed(one: ShownTask, json: boolean, code: number): number {
  process.stdout.write(json ? `${JSON.stringify(one, null, 2)}\n` : taskSummary(one))
  if (!json && one.error) process.stderr.write(`codex-gateway: ${one.error.class}: ${one.error.message}\n`)
  return code
}

const codeOf = ({ status, error }: ShownTask) => (status === 'succeeded' ? 0 : (exitCodes[error?.class ?? ''] ?? 1))
