import { z } from 'zod'
import type { FunctionTool, ToolChoice, TurnRequest } from '../turn/request.ts'
import { invalid } from './invalid.ts'
import { checkFunctionSchema } from './function-schema.ts'

export const functionName = z
  .string()
  .regex(/^[a-zA-Z0-9_-]{1,128}$/, 'a name has 1 to 128 letters, digits, underscores or dashes')

/** A function as clients describe it; `null` is absent. */
export const functionShape = z.object({
  name: functionName,
  description: z.string().nullish(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
  strict: z.boolean().nullish()
})

/** The caller's functions; `at` gives the place of one in the request. Throws for two of one name and for a schema beyond the limits. */
export function functionsFrom(
  functions: readonly z.output<typeof functionShape>[],
  at: (index: number) => string
): FunctionTool[] {
  const names = new Set<string>()
  return functions.map(({ name, description, parameters, strict }, index) => {
    const param = `${at(index)}.name`
    if (names.size === names.add(name).size)
      throw invalid(`Invalid value for '${param}': there is another tool of this name.`, param)
    if (parameters) checkFunctionSchema(name, parameters, `${at(index)}.parameters`)
    return {
      name,
      ...(description && { description }),
      ...(parameters && { parameters }),
      ...(typeof strict === 'boolean' && { strict })
    }
  })
}

/**
 * The functions as a turn offers them. Those that may not be called are not offered, so that any engine can run the turn; it
 * is bare, for a client that has tools of its own does not expect Codex's to be used.
 */
export function offeredTools(
  tools: FunctionTool[],
  toolChoice: ToolChoice | undefined,
  parallel: boolean | null | undefined
): Pick<TurnRequest, 'tools' | 'toolChoice' | 'parallelToolCalls' | 'profile'> {
  if (tools.length === 0) return {}
  if (toolChoice === 'none') return { profile: 'bare' }
  return {
    tools,
    ...(toolChoice && { toolChoice }),
    ...(typeof parallel === 'boolean' && { parallelToolCalls: parallel })
  }
}

/** The id of a call in the form of the time before tools, which has none: such calls are known by their function's name. */
export function legacyCallId(name: unknown): string {
  return `function_${String(name)}`
}
