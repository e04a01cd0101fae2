import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TurnReader } from '../../../src/engines/app-server/turn/reader.ts'
import { TokenCounters } from '../../../src/codex/app-server/token-counters.ts'
import { TurnUsage } from '../../../src/engines/app-server/turn/usage.ts'
import { dynamicTools } from '../../../src/engines/app-server/thread/tools.ts'
import { turnErrorFrom } from '../../../src/turn/error.ts'
import type { TurnEvent } from '../../../src/turn/event.ts'
import type { FunctionTool } from '../../../src/turn/request.ts'

const fixture = (name: string) => join(import.meta.dirname, '../../fixtures/app-server', `${name}.jsonl`)

interface Options {
  tools?: FunctionTool[]
  schema?: boolean
}

/** The events that the reader makes of a recording, each as a line. */
export const read = (name: string, options: Options = {}): string[] =>
  eventsFrom(readFileSync(fixture(name), 'utf8').trim().split('\n'), options)

/** The same of notifications, each as JSON. */
export function eventsFrom(notifications: readonly string[], { tools, schema = false }: Options = {}): string[] {
  const lines: string[] = []
  const usage = new TurnUsage()
  const counters = new TokenCounters((_threadId, event) => usage.add(event))
  const reader = new TurnReader({
    emit: (event) => lines.push(brief(event)),
    tools: dynamicTools({ input: [], tools }),
    schema,
    discardable: false,
    askAgain: () => {},
    usage: () => usage.sum,
    retryAfter: () => undefined
  })
  try {
    for (const line of notifications) {
      const { method, params } = JSON.parse(line) as { method: string; params: { threadId: string; turnId?: string } }
      counters.notified(params.threadId, method, params)
      reader.notified(method, params)
    }
  } catch (error) {
    lines.push(`thrown: ${turnErrorFrom(error).code}`)
  }
  reader.close()
  return lines
}

function brief(event: TurnEvent): string {
  switch (event.type) {
    case 'turn.started':
      return 'started'
    case 'item.delta':
      return `delta ${event.item_type} ${JSON.stringify(event.delta)}`
    case 'item.started':
    case 'item.updated':
    case 'item.completed': {
      const { id: _id, type, ...rest } = event.item
      return `${event.type} ${type} ${JSON.stringify('text' in rest ? rest.text : rest)}`
    }
    case 'tool.called':
      return `called ${event.name} ${event.arguments}`
    case 'turn.completed':
      return `completed ${Object.values(event.usage ?? {}).join('/')}${event.cut ? `, cut off: ${event.cut}` : ''}`
    case 'turn.failed':
      return `failed ${event.error.code}`
    default:
      return event.type
  }
}
