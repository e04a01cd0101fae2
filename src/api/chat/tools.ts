import { z } from 'zod'
import { customNames, flattened, nestedTool, offeredFunctions, strictPlaces } from '../../openai/caller-tools.ts'
import type { CallerTool } from '../../openai/caller-tools.ts'
import { functionName, functionShape, offeredTools } from '../../openai/functions.ts'
import { invalid } from '../../openai/invalid.ts'
import { chosen, nestedChoice } from '../../openai/tool-choice.ts'
import { searchToolFrom } from '../../openai/web-search.ts'
import type { searchOptions } from '../../openai/web-search.ts'
import type { TurnRequest } from '../../turn/request.ts'
import { hostedTool, ignoredChoice, ignoredHosted, ignoredSearchOptions, searchIn } from '../hosted-tools.ts'
import type { HostedSettings } from '../hosted-tools.ts'

/** A tool of the caller's, or one of OpenAI's own tools. */
export const chatTool = z.union([...nestedTool.options, ...hostedTool.options])
export const chatToolChoice = nestedChoice

/** The form of the time before tools. */
export const chatFunction = functionShape
export const chatFunctionCall = z.union([z.enum(['auto', 'none']), z.object({ name: functionName })])

/** The fields of a request that are about the caller's tools. */
export interface ChatTools {
  tools?: z.output<typeof chatTool>[] | null | undefined
  tool_choice?: z.output<typeof chatToolChoice> | null | undefined
  parallel_tool_calls?: boolean | null | undefined
  web_search_options?: z.output<typeof searchOptions> | null | undefined
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
  if (!request.tools && !request.functions) return usualForm
  return { custom: customNames(callerTools(request).map(({ tool }) => tool)), legacy: isLegacy(request) }
}

/** The caller's own tools, each with its place in the request. */
function callerTools({ tools }: ChatTools): { tool: CallerTool; at: string }[] {
  return (tools ?? []).flatMap((sent, index) => {
    const inner = 'function' in sent ? 'function' : 'custom' in sent ? 'custom' : undefined
    return isOwn(sent) ? { tool: flattened(sent), at: `tools[${index}]${inner ? `.${inner}` : ''}` } : []
  })
}

function isOwn(tool: z.output<typeof chatTool>): tool is z.output<typeof nestedTool> {
  return tool.type === 'function' || tool.type === 'custom'
}

/** What of the tools has no effect. Throws `unsupported` for one that is refused. */
export function ignoredChatTools(request: ChatTools, settings: HostedSettings): string[] {
  const { tools, tool_choice: choice, functions, function_call: call, web_search_options: options } = request
  if (!tools && !choice && !options) return []
  const unused = Object.entries({ functions, function_call: call }).flatMap(([name, value]) => (value ? name : []))
  const own = callerTools(request)
  return [
    ...ignoredSearchOptions(options, settings),
    ...ignoredHosted(tools ?? [], settings),
    ...strictPlaces(
      own.map(({ tool }) => tool),
      (index) => own[index]?.at ?? 'tools'
    ),
    ...ignoredChoice(tools ?? [], choice),
    ...(tools ? unused : [])
  ]
}

/** The search that a request offers its model, as a tool or as a field of its own. */
export function chatSearchFrom({
  tools,
  tool_choice: choice,
  web_search_options: options
}: ChatTools): Pick<TurnRequest, 'webSearch'> {
  return { ...(options && searchIn([searchToolFrom(options)], undefined)), ...searchIn(tools ?? [], choice) }
}

/** What a request offers of the caller's tools. Throws for two of one name, a schema beyond the limits, and a choice of what is not there. */
export function chatToolsFrom(request: ChatTools): ReturnType<typeof offeredTools> {
  const { tools, tool_choice: choice, parallel_tool_calls: parallel } = request
  if (isLegacy(request)) return legacyTools(request)
  if (choice && !tools) throw invalid("'tool_choice' is only allowed when 'tools' are specified.", 'tool_choice')
  if (!tools) return {}
  const own = callerTools(request)
  const offered = offeredFunctions(
    own.map(({ tool }) => tool),
    (index) => own[index]?.at ?? 'tools'
  )
  const { functions, toolChoice } = chosen(choice, offered, own.length < (tools ?? []).length)
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
