import { z } from 'zod'
import { customNames, flattened, nestedTool, offeredFunctions, strictPlaces } from '../../openai/caller-tools.ts'
import { functionName, functionShape, offeredTools } from '../../openai/functions.ts'
import { invalid } from '../../openai/invalid.ts'
import { choosesHosted, chosen, nestedChoice } from '../../openai/tool-choice.ts'

export const chatTool = nestedTool
export const chatToolChoice = nestedChoice

/** The form of the time before tools. */
export const chatFunction = functionShape
export const chatFunctionCall = z.union([z.enum(['auto', 'none']), z.object({ name: functionName })])

/** The fields of a request that are about the caller's tools. */
export interface ChatTools {
  tools?: z.output<typeof chatTool>[] | null | undefined
  tool_choice?: z.output<typeof chatToolChoice> | null | undefined
  parallel_tool_calls?: boolean | null | undefined
  functions?: z.output<typeof chatFunction>[] | null | undefined
  function_call?: z.output<typeof chatFunctionCall> | null | undefined
}

/** The form that calls have in an answer. */
export interface CallForm {
  /** The names of the tools whose calls are free text. */
  custom: ReadonlySet<string>
  /** The only call is `function_call`, as in requests with `functions`. */
  legacy: boolean
}

export const usualForm: CallForm = { custom: new Set(), legacy: false }

export function callFormOf(request: ChatTools): CallForm {
  return { custom: customNames((request.tools ?? []).map(flattened)), legacy: isLegacy(request) }
}

/** What of the caller's tools has no effect. */
export function ignoredChatTools({ tools, tool_choice: choice, functions, function_call: call }: ChatTools): string[] {
  const unused = Object.entries({ functions, function_call: call }).flatMap(([name, value]) => (value ? name : []))
  const strict = strictPlaces((tools ?? []).map(flattened), (index) => `tools[${index}].function`)
  return [...strict, ...(choosesHosted(choice) ? ['tool_choice'] : []), ...(tools ? unused : [])]
}

/** What a request offers of the caller's tools. Throws for two of one name, a schema beyond the limits, and a choice of what is not there. */
export function chatToolsFrom(request: ChatTools): ReturnType<typeof offeredTools> {
  const { tools, tool_choice: choice, parallel_tool_calls: parallel } = request
  if (isLegacy(request)) return legacyTools(request)
  if (choice && !tools) throw invalid("'tool_choice' is only allowed when 'tools' are specified.", 'tool_choice')
  const sent = tools ?? []
  const place = (index: number) => `tools[${index}]${inner(sent[index] ?? {})}`
  const { functions, toolChoice } = chosen(choice, offeredFunctions(sent.map(flattened), place))
  return offeredTools(functions, toolChoice, parallel)
}

function legacyTools({ functions, function_call: call }: ChatTools): ReturnType<typeof offeredTools> {
  const tools = (functions ?? []).map((one) => ({ type: 'function' as const, ...one }))
  const offered = offeredFunctions(tools, (index) => `functions[${index}]`)
  if (typeof call === 'object' && call && !offered.some(({ name }) => name === call.name))
    throw invalid("Invalid value for 'function_call.name': no function has this name.", 'function_call.name')
  return offeredTools(offered, call ?? undefined, false)
}

function isLegacy({ tools, functions }: ChatTools): boolean {
  return !tools && Boolean(functions?.length)
}

const inner = (tool: object) => ('function' in tool ? '.function' : 'custom' in tool ? '.custom' : '')
