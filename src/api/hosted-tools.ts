import { z } from 'zod'
import type { UnsupportedPolicy } from '../http/parameters.ts'
import { shownPlaces } from '../openai/shown-places.ts'
import { isSearch, searchTool, webSearchFrom } from '../openai/web-search.ts'
import type { SearchTool } from '../openai/web-search.ts'
import { choosesHosted, flattenedChoice } from '../openai/tool-choice.ts'
import type { SentChoice } from '../openai/tool-choice.ts'
import { GatewayError } from '../turn/error.ts'
import type { WebSearch } from '../turn/request.ts'

const own = ['function', 'custom']

/** One of OpenAI's own tools: a search, or another one, of which only the type is looked at. */
export const hostedTool = z.union([
  searchTool,
  z.object({ type: z.string().refine((type) => !own.includes(type) && !isSearch({ type }), { abort: true }) })
])
export type HostedTool = z.output<typeof hostedTool>

/** What the operator allows of them. */
export interface HostedSettings {
  /** Whether the model may search the web. */
  search: boolean
  policy: UnsupportedPolicy
}

interface Typed {
  type?: string | undefined
}

/** The tools of OpenAI's in a list with the caller's own, each with its place. */
function hostedIn<Tool extends Typed>(tools: readonly Tool[]): { tool: Tool & { type: string }; at: string }[] {
  return tools.flatMap((tool, index) => {
    const { type } = tool
    return type === undefined || own.includes(type) ? [] : [{ tool: { ...tool, type }, at: `tools[${index}]` }]
  })
}

/** The places of what has no effect of OpenAI's own tools: `tools[2]`. Throws `unsupported` for a tool that Codex has not, unless such are to be ignored. */
export function ignoredHosted(tools: readonly Typed[], { search, policy }: HostedSettings): string[] {
  const places = hostedIn(tools).flatMap(({ tool, at }) => {
    if (search && isSearch(tool)) return ignoredFilters(tool, `${at}.filters.blocked_domains`, policy)
    if (policy === 'ignore-all') return [at]
    throw unsupportedTool(tool.type, `${at}.type`)
  })
  return shownPlaces(places, 'tools')
}

/** Codex has no filter that keeps domains out. */
function ignoredFilters({ filters }: SearchTool, param: string, policy: UnsupportedPolicy): string[] {
  if (!filters?.blocked_domains?.length) return []
  if (policy !== 'reject') return [param]
  throw new GatewayError(
    'unsupported',
    'A search cannot keep domains out. Name those it may use in `allowed_domains`.',
    {
      param
    }
  )
}

/** The search that a request offers its model; undefined where it may call no tool, or not this one. */
export function searchIn(
  tools: readonly Typed[],
  choice: SentChoice | null | undefined
): { webSearch: WebSearch } | undefined {
  const tool = hostedIn(tools)
    .map((one) => one.tool)
    .find(isSearch)
  return tool && allowsSearch(choice) ? { webSearch: webSearchFrom(tool) } : undefined
}

/** `['tool_choice']` where it asks for one of OpenAI's tools to be called, or for any where there are no others: Codex cannot have it called. */
export function ignoredChoice(tools: readonly Typed[], choice: SentChoice | null | undefined): string[] {
  if (choosesHosted(choice)) return ['tool_choice']
  const hosted = hostedIn(tools)
  if (!choice || hosted.length === 0 || hosted.length < tools.length) return []
  const wanted = flattenedChoice(choice)
  const isRequired =
    wanted === 'required' || (typeof wanted === 'object' && 'mode' in wanted && wanted.mode === 'required')
  return isRequired ? ['tool_choice'] : []
}

function allowsSearch(choice: SentChoice | null | undefined): boolean {
  const wanted = choice === null || choice === undefined ? 'auto' : flattenedChoice(choice)
  if (typeof wanted !== 'object') return wanted !== 'none'
  if (wanted.type === 'allowed_tools') return wanted.tools.some(isSearch)
  return isSearch(wanted)
}

const commands = 'Codex runs commands and changes files by itself, in requests without tools of your own.'
/** What would be right in place of some tools. */
const remedies: Readonly<Record<string, string>> = {
  mcp: 'The operator configures MCP servers for Codex itself.',
  code_interpreter: commands,
  shell: commands,
  local_shell: commands,
  apply_patch: commands,
  file_search: 'Send the text of the files, or a function that searches them.'
}

function unsupportedTool(type: string, param: string): GatewayError {
  const name = `Unsupported tool: '${type.slice(0, 64)}'.`
  if (isSearch({ type })) return new GatewayError('unsupported', `${name} ${searchIsOff}`, { param })
  const remedy = (Object.hasOwn(remedies, type) && remedies[type]) || 'Send a function or a custom tool that does it.'
  return new GatewayError(
    'unsupported',
    `${name} Codex has no such tool. ${remedy} With CODEX_UNSUPPORTED_PARAMS=ignore-all it would be left out.`,
    { param }
  )
}

const searchIsOff = 'Searching the web is off here: the operator allows it with CODEX_ENABLE_SEARCH=1.'

/** `['web_search_options']` where the model may not search and the operator wants such fields to be ignored; otherwise throws `unsupported`. */
export function ignoredSearchOptions(options: object | null | undefined, { search, policy }: HostedSettings): string[] {
  if (!options || search) return []
  if (policy === 'ignore-all') return ['web_search_options']
  throw new GatewayError('unsupported', `Unsupported parameter: 'web_search_options'. ${searchIsOff}`, {
    param: 'web_search_options'
  })
}
