import { setTimeout as sleep } from 'node:timers/promises'
import { CommandError } from '../error.ts'
import type { TaskClient } from './client.ts'
import { progressLine } from './print.ts'

interface Progress {
  status: string
  plan: { completed: boolean }[]
  step: string
}

/** Milliseconds before a gateway that has gone is asked again, and how often. */
const again = { wait: 2_000, tries: 60 }

/** Shows what happens in a task on standard error, until it has ended: also while its gateway is restarted. */
export async function followed(client: TaskClient, id: string): Promise<void> {
  const progress: Progress = { status: 'queued', plan: [], step: '' }
  let last = 0
  for (let tried = 0; ; tried++) {
    try {
      const response = await client.events(id, last, AbortSignal.timeout(2_147_483_647))
      if (!response.ok) throw new CommandError(`There is no task ${id} any more`)
      for await (const event of eventsIn(response)) {
        last = event.id
        tried = 0
        note(progress, event)
        show(progress)
        if (event.type === 'task.succeeded' || event.type === 'task.failed') return clear()
      }
    } catch (error) {
      if (tried >= again.tries || (error instanceof CommandError && tried === 0 && last === 0)) throw error
    }
    await sleep(again.wait)
  }
}

interface WireEvent {
  id: number
  type: string
  data: Record<string, unknown>
}

async function* eventsIn(response: Response): AsyncGenerator<WireEvent> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const [, id, type = '', data = '{}'] = /^id: (\d+)\nevent: (\S+)\ndata: (.*)$/.exec(block) ?? []
      if (id !== undefined) yield { id: Number(id), type, data: JSON.parse(data) as WireEvent['data'] }
    }
  }
}

function note(progress: Progress, { type, data }: WireEvent): void {
  if (type.startsWith('task.')) progress.status = String(data['status'])
  if (type === 'plan') progress.plan = data['plan'] as Progress['plan']
  if (type === 'step') progress.step = String(data['text'])
}

let shown = ''

/** One line that changes on a terminal; elsewhere a line for each change. */
function show({ status, plan, step }: Progress): void {
  const line = progressLine(status, plan, step)
  if (line === shown) return
  shown = line
  process.stderr.write(
    process.stderr.isTTY ? `\r\u001b[K${line.slice(0, (process.stderr.columns || 80) - 1)}` : `${line}\n`
  )
}

function clear(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
}
