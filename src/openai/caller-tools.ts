import { z } from 'zod'
import { customFunction, customShape } from './custom-tools.ts'
import { functionShape, functionsFrom } from './functions.ts'
import { shownPlaces } from './shown-places.ts'
import type { FunctionTool } from '../turn/request.ts'

const functionType = z.literal('function', { error: 'only function and custom tools are supported' })

/** The form of chat completions: what a tool is lies one level deeper. */
const nested = [
  z.object({ type: functionType, function: functionShape }),
  z.object({ type: z.literal('custom'), custom: customShape })
] as const

/** The form of responses. */
const flat = [
  z.object({ type: functionType, ...functionShape.shape }),
  z.object({ type: z.literal('custom'), ...customShape.shape })
] as const

/** A tool of the caller's, in the form of either API. */
export const nestedTool = z.union(nested)
export const flatTool = z.union(flat)

type Described = z.output<typeof nestedTool> | z.output<typeof flatTool>
export type CallerTool = z.output<(typeof flat)[number]>

/** The tool in the form of responses. */
export function flattened(tool: Described): CallerTool {
  if ('function' in tool) return { type: 'function', ...tool.function }
  return 'custom' in tool ? { type: 'custom', ...tool.custom } : tool
}

/** What the model is offered of the tools; `at` gives the place of one in the request. Throws as `functionsFrom`. */
export function offeredFunctions(tools: readonly CallerTool[], at: (index: number) => string): FunctionTool[] {
  return functionsFrom(
    tools.map((tool) => (tool.type === 'custom' ? customFunction(tool) : tool)),
    at
  )
}

/** The names of the tools whose calls are free text. */
export function customNames(tools: readonly CallerTool[]): ReadonlySet<string> {
  return new Set(tools.flatMap(({ type, name }) => (type === 'custom' ? name : [])))
}

/** Where tools are strict, which has no effect: codex-cli 0.169 has no field for it. */
export function strictPlaces(tools: readonly CallerTool[], at: (index: number) => string): string[] {
  const places = tools.flatMap((tool, index) =>
    tool.type === 'function' && tool.strict === true ? [`${at(index)}.strict`] : []
  )
  return shownPlaces(places, 'tools')
}
