import { z } from 'zod'
import { functionName, functionsFrom, functionShape, offeredTools, toolChoiceFrom } from '../../openai/functions.ts'
import { invalid } from '../../openai/invalid.ts'

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

/** What a request offers of the caller's functions. Throws for two of one name, a schema beyond the limits, and a choice of what is not there. */
export function chatToolsFrom(
  tools: readonly ChatTool[] | null | undefined,
  choice: ChatToolChoice | null | undefined,
  parallel: boolean | null | undefined
): ReturnType<typeof offeredTools> {
  const functions = functionsFrom(
    (tools ?? []).map((tool) => tool.function),
    (index) => `tools[${index}].function`
  )
  if (choice && !tools) throw invalid("'tool_choice' is only allowed when 'tools' are specified.", 'tool_choice')
  const wanted = typeof choice === 'object' && choice ? { name: choice.function.name } : (choice ?? undefined)
  const toolChoice = wanted && toolChoiceFrom(wanted, functions, 'tool_choice.function.name')
  return offeredTools(functions, toolChoice, parallel)
}
