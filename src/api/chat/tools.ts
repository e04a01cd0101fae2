import { z } from 'zod'
import { functionName, functionsFrom, functionShape } from '../../openai/functions.ts'
import { invalid } from '../../openai/invalid.ts'
import type { FunctionTool, ToolChoice } from '../../turn/request.ts'

export const chatTool = z.object({
  type: z.literal('function', { error: 'only function tools are supported' }),
  function: functionShape
})

export const chatToolChoice = z.union([
  z.enum(['auto', 'none', 'required']),
  z.object({
    type: z.literal('function', { error: 'only functions can be chosen' }),
    function: z.object({ name: functionName })
  })
])

type ChatTool = z.output<typeof chatTool>
type ChatToolChoice = z.output<typeof chatToolChoice>

/** The caller's functions. Throws for two of one name and for a schema beyond the limits. */
export function functionToolsFrom(tools: readonly ChatTool[]): FunctionTool[] {
  return functionsFrom(
    tools.map((tool) => tool.function),
    (index) => `tools[${index}].function`
  )
}

/** What the model may do with `tools`, undefined when the request does not say. Throws when it asks for what is not there. */
export function toolChoiceFrom(
  choice: ChatToolChoice | null | undefined,
  tools: readonly ChatTool[] | null | undefined
): ToolChoice | undefined {
  if (choice === null || choice === undefined) return undefined
  if (!tools) throw invalid("'tool_choice' is only allowed when 'tools' are specified.", 'tool_choice')
  if (typeof choice === 'string') {
    if (choice === 'required' && tools.length === 0)
      throw invalid("'tool_choice' is 'required', but there are no 'tools'.", 'tool_choice')
    return choice
  }
  const { name } = choice.function
  if (tools.some((tool) => tool.function.name === name)) return { name }
  throw invalid("Invalid value for 'tool_choice.function.name': no tool has this name.", 'tool_choice.function.name')
}
