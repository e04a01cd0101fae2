import { z } from 'zod'
import { flatTool, offeredFunctions, strictPlaces } from '../../openai/caller-tools.ts'
import type { CallerTool } from '../../openai/caller-tools.ts'
import { offeredTools } from '../../openai/functions.ts'
import { choosesHosted, chosen, flatChoice, flattenedChoice } from '../../openai/tool-choice.ts'
import type { FlatChoice, SentChoice } from '../../openai/tool-choice.ts'
import type { UnsupportedPolicy } from '../../http/parameters.ts'
import { GatewayError } from '../../turn/error.ts'

const own = ['function', 'custom']

/** A tool of the caller's, or one of OpenAI's own tools, of which only the type is looked at. */
export const responseTool = z.union([flatTool, z.object({ type: z.string().refine((type) => !own.includes(type)) })])

export const responseToolChoice = flatChoice

export type ResponseTool = z.output<typeof responseTool>

const isOwn = (tool: ResponseTool): tool is z.output<typeof flatTool> => own.includes(tool.type)

/** The caller's own tools of a request, in the form of this API. */
export function callerToolsOf(tools: readonly ResponseTool[] | null | undefined): CallerTool[] {
  return (tools ?? []).filter(isOwn)
}

/** The choice as an answer repeats it: one of OpenAI's own tools, which is not here, cannot be chosen. */
export function echoedChoice(choice: SentChoice | null | undefined): FlatChoice {
  return choice === null || choice === undefined || choosesHosted(choice) ? 'auto' : flattenedChoice(choice)
}

/** The places of OpenAI's own tools in a request: `tools[2]`, and `tool_choice` where it names one. Throws `unsupported` when they are to be refused. */
export function ignoredTools(
  tools: readonly ResponseTool[],
  choice: SentChoice | null | undefined,
  policy: UnsupportedPolicy
): string[] {
  const places = tools.flatMap((tool, index) => {
    if (isOwn(tool)) return []
    const param = `tools[${index}]`
    if (policy === 'ignore') return [param]
    throw new GatewayError(
      'unsupported',
      `Unsupported tool: '${tool.type.slice(0, 64)}'. Only function and custom tools are supported.`,
      { param: `${param}.type` }
    )
  })
  const own = ownPlaces(tools)
  const strict = strictPlaces(callerToolsOf(tools), (index) => own[index] ?? 'tools')
  return [...places, ...strict, ...(choosesHosted(choice) ? ['tool_choice'] : [])]
}

/** The places of the caller's own tools in a request. */
function ownPlaces(tools: readonly ResponseTool[]): string[] {
  return tools.flatMap((tool, index) => (isOwn(tool) ? [`tools[${index}]`] : []))
}

/** What a request offers of the caller's tools. Throws for two of one name, a schema beyond the limits, and a choice of what is not there. */
export function responseToolsFrom(
  tools: readonly ResponseTool[],
  choice: SentChoice | null | undefined,
  parallel: boolean | null | undefined
): ReturnType<typeof offeredTools> {
  const places = ownPlaces(tools)
  const offered = offeredFunctions(callerToolsOf(tools), (index) => places[index] ?? 'tools')
  const { functions, toolChoice } = chosen(choice, offered)
  return offeredTools(functions, toolChoice, parallel)
}
