import { z } from 'zod'
import { functionName, functionsFrom, functionShape, offeredTools, toolChoiceFrom } from '../../openai/functions.ts'
import type { UnsupportedPolicy } from '../../http/parameters.ts'
import { GatewayError } from '../../turn/error.ts'

const functionTool = z.object({ type: z.literal('function'), ...functionShape.shape })

/** A function, or one of OpenAI's own tools, of which only the type is looked at. */
export const responseTool = z.union([
  functionTool,
  z.object({ type: z.string().refine((type) => type !== 'function') })
])

export const responseToolChoice = z.union([
  z.enum(['auto', 'none', 'required']),
  z.object({ type: z.literal('function', { error: 'only functions can be chosen' }), name: functionName })
])

export type ResponseTool = z.output<typeof responseTool>
export type ResponseFunction = z.output<typeof functionTool>
type ResponseToolChoice = z.output<typeof responseToolChoice>

export const isFunction = (tool: ResponseTool): tool is ResponseFunction => tool.type === 'function'

/** The places of OpenAI's own tools in a request: `tools[2]`. Throws `unsupported` when they are to be refused. */
export function ignoredTools(tools: readonly ResponseTool[], policy: UnsupportedPolicy): string[] {
  return tools.flatMap((tool, index) => {
    if (isFunction(tool)) return []
    const param = `tools[${index}]`
    if (policy === 'ignore') return [param]
    throw new GatewayError(
      'unsupported',
      `Unsupported tool: '${tool.type.slice(0, 64)}'. Only function tools are supported.`,
      { param: `${param}.type` }
    )
  })
}

/** What a request offers of the caller's functions. Throws for two of one name, a schema beyond the limits, and a choice of what is not there. */
export function responseToolsFrom(
  tools: readonly ResponseTool[],
  choice: ResponseToolChoice | null | undefined,
  parallel: boolean | null | undefined
): ReturnType<typeof offeredTools> {
  const places = tools.flatMap((tool, index) => (isFunction(tool) ? [index] : []))
  const functions = functionsFrom(tools.filter(isFunction), (index) => `tools[${places[index]}]`)
  const wanted = typeof choice === 'object' && choice ? { name: choice.name } : (choice ?? undefined)
  const toolChoice = wanted && toolChoiceFrom(wanted, functions, 'tool_choice.name')
  return offeredTools(functions, toolChoice, parallel)
}
