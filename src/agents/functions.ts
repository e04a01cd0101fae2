import { codexNameOf } from '../threads/functions.ts'
import type { ThreadFunction } from '../threads/functions.ts'
import type { Tool } from './tools.ts'

/** The functions of an agent as threads take them. */
export function functionsOf(tools: readonly Tool[]): ThreadFunction[] {
  return tools.flatMap((tool) =>
    tool.type === 'function'
      ? {
          name: tool.name,
          description: tool.description,
          parameters: tool.parameters,
          ...(tool.defer_loading && { deferred: true })
        }
      : []
  )
}

/** The name that the caller gave a function which the model calls by codex's name of it. */
export function callersName(tool: string, tools: readonly Tool[]): string {
  const names = functionsOf(tools).map(({ name }) => name)
  return codexNameOf(names).fromCodex(tool) ?? tool
}
