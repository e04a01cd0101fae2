import { z } from 'zod'
import { flatTool, offeredFunctions, strictPlaces } from '../../openai/caller-tools.ts'
import type { CallerTool } from '../../openai/caller-tools.ts'
import { offeredTools } from '../../openai/functions.ts'
import { choosesHosted, chosen, flatChoice, flattenedChoice } from '../../openai/tool-choice.ts'
import type { FlatChoice, SentChoice } from '../../openai/tool-choice.ts'
import { hostedTool, ignoredChoice, ignoredHosted } from '../hosted-tools.ts'
import type { HostedSettings } from '../hosted-tools.ts'

/** A tool of the caller's, or one of OpenAI's own tools. */
export const responseTool = z.union([...flatTool.options, ...hostedTool.options])

export const responseToolChoice = flatChoice

export type ResponseTool = z.output<typeof responseTool>

export const isOwn = (tool: ResponseTool): tool is z.output<typeof flatTool> =>
  tool.type === 'function' || tool.type === 'custom'

/** The caller's own tools of a request, in the form of this API. */
export function callerToolsOf(tools: readonly ResponseTool[] | null | undefined): CallerTool[] {
  return (tools ?? []).filter(isOwn)
}

/** The choice as an answer repeats it: one of OpenAI's own tools, which is not here, cannot be chosen. */
export function echoedChoice(choice: SentChoice | null | undefined): FlatChoice {
  return choice === null || choice === undefined || choosesHosted(choice) ? 'auto' : flattenedChoice(choice)
}

/** The places of what has no effect of the tools: one of OpenAI's that is left out, `strict`, and a choice that cannot be had. Throws `unsupported` for a tool that is refused. */
export function ignoredTools(
  tools: readonly ResponseTool[],
  choice: SentChoice | null | undefined,
  settings: HostedSettings
): string[] {
  const places = ownPlaces(tools)
  const strict = strictPlaces(callerToolsOf(tools), (index) => places[index] ?? 'tools')
  return [...ignoredHosted(tools, settings), ...strict, ...ignoredChoice(tools, choice)]
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
  const { functions, toolChoice } = chosen(choice, offered, places.length < tools.length)
  return offeredTools(functions, toolChoice, parallel)
}
