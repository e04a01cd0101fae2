import { z } from 'zod'
import { functionName, functionsFrom, functionShape } from '../../openai/functions.ts'
import { invalid } from '../../openai/invalid.ts'
import type { UnsupportedPolicy } from '../../http/parameters.ts'
import { GatewayError } from '../../turn/error.ts'
import type { FunctionTool, ToolChoice } from '../../turn/request.ts'

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

/** Where OpenAI's own tools stand in a request: `tools[2]`. Throws `unsupported` when they are to be refused. */
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

/** The caller's functions. Throws for two of one name and for a schema beyond the limits. */
export function functionToolsFrom(tools: readonly ResponseTool[]): FunctionTool[] {
  const places = tools.flatMap((tool, index) => (isFunction(tool) ? [index] : []))
  return functionsFrom(tools.filter(isFunction), (index) => `tools[${places[index]}]`)
}

/** What the model may do with the functions, undefined when the request does not say. Throws when it asks for what is not there. */
export function toolChoiceFrom(
  choice: ResponseToolChoice | null | undefined,
  functions: readonly FunctionTool[]
): ToolChoice | undefined {
  if (choice === null || choice === undefined) return undefined
  if (typeof choice === 'string') {
    if (choice === 'required' && functions.length === 0)
      throw invalid("'tool_choice' is 'required', but there are no functions in 'tools'.", 'tool_choice')
    return choice
  }
  if (functions.some(({ name }) => name === choice.name)) return { name: choice.name }
  throw invalid("Invalid value for 'tool_choice.name': no tool has this name.", 'tool_choice.name')
}
