import { z } from 'zod'
import { dynamicTools } from '../engines/app-server/thread/tools.ts'
import { toolNames } from '../engines/app-server/thread/tool-names.ts'

/** A function that a client answers, which all turns of a thread may call. `deferred`: the model sees it when it searches for it. */
export const threadFunction = z.object({
  name: z.string(),
  description: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  deferred: z.boolean().optional()
})
export type ThreadFunction = z.output<typeof threadFunction>

/** Codex's names of functions in both directions. */
export const codexNameOf = toolNames

/** The functions as `thread/start` takes them: those that are deferred must be in a namespace (codex-cli 0.169). */
export function dynamicToolsFrom(functions: readonly ThreadFunction[]): object[] {
  const all = dynamicTools({ input: [], tools: [...functions] })?.dynamicTools ?? []
  const isDeferred = (index: number) => functions[index]?.deferred === true
  const deferred = all.filter((_, index) => isDeferred(index)).map((tool) => ({ ...tool, deferLoading: true }))
  const plain = all.filter((_, index) => !isDeferred(index))
  if (deferred.length === 0) return plain
  return [...plain, { type: 'namespace', name: 'app', description: 'Functions of the application.', tools: deferred }]
}
