import { z } from 'zod'
import type { FunctionTool } from '../turn/request.ts'
import { functionName } from './functions.ts'

const grammar = z.object({ syntax: z.string(), definition: z.string() })
const customFormat = z.union([
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('grammar'), grammar }), // of chat completions
  z.object({ type: z.literal('grammar'), ...grammar.shape }) // of responses
])

/** A tool that takes free text, as clients describe it; `null` is absent. */
export const customShape = z.object({
  name: functionName,
  description: z.string().nullish(),
  format: customFormat.nullish()
})

export type CustomTool = z.output<typeof customShape>

/** The one parameter of the function that stands for a custom tool. */
const parameter = 'input'
const call = z.object({ [parameter]: z.string() })

/** A tool that takes free text, as a function of one text: codex-cli 0.169 offers nothing else. The grammar is described, not enforced. */
export function customFunction({ name, description, format }: CustomTool): FunctionTool {
  const rules = grammarOf(format)
  const text = rules ? `The text, which must match this ${rules.syntax} grammar:\n${rules.definition}` : 'The text.'
  return {
    name,
    ...(description && { description }),
    parameters: {
      type: 'object',
      properties: { [parameter]: { type: 'string', description: text } },
      required: [parameter],
      additionalProperties: false
    }
  }
}

/** The free text as the function's arguments. */
export function customArguments(input: string): string {
  return JSON.stringify({ [parameter]: input })
}

/** The free text in the function's arguments. What a model wrote otherwise is its text as it stands. */
export function customInput(json: string): string {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return json
  }
  const parsed = call.safeParse(value)
  return parsed.success ? parsed.data[parameter] : json
}

/** The format as responses repeat it. */
export function flatFormat(format: CustomTool['format']) {
  const rules = grammarOf(format)
  return rules
    ? { type: 'grammar' as const, syntax: rules.syntax, definition: rules.definition }
    : { type: 'text' as const }
}

function grammarOf(format: CustomTool['format']): { syntax: string; definition: string } | undefined {
  if (format?.type !== 'grammar') return undefined
  return 'grammar' in format ? format.grammar : format
}
