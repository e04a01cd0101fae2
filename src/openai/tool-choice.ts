import { z } from 'zod'
import type { FunctionTool, ToolChoice } from '../turn/request.ts'
import { functionName } from './functions.ts'
import { invalid } from './invalid.ts'

const words = z.enum(['auto', 'none', 'required'])
const named = z.object({ name: functionName })
const error = 'supported values are auto, none, required, function, custom, allowed_tools and the types of hosted tools'
const functionType = z.literal('function', { error })
const customType = z.literal('custom')

/** Tools of OpenAI's that may be named, of those codex has at most `web_search`. */
const hosted = z.enum([
  'web_search',
  'web_search_2025_08_26',
  'web_search_preview',
  'web_search_preview_2025_03_11',
  'file_search',
  'code_interpreter',
  'image_generation',
  'computer',
  'computer_use',
  'computer_use_preview',
  'mcp',
  'shell',
  'local_shell',
  'apply_patch'
])

const nested = [
  z.object({ type: functionType, function: named }),
  z.object({ type: customType, custom: named })
] as const
const flat = [
  z.object({ type: functionType, name: functionName }),
  z.object({ type: customType, name: functionName })
] as const
/** One of `allowed_tools`, in the form of either API. */
const allowed = z.object({
  mode: z.enum(['auto', 'required']),
  tools: z.array(z.union([...nested, ...flat, z.object({ type: hosted })])).max(128, 'at most 128 tools')
})
const nestedAllowed = z.object({ type: z.literal('allowed_tools'), allowed_tools: allowed })
const flatAllowed = z.object({ type: z.literal('allowed_tools'), ...allowed.shape })
const rest = [z.object({ type: words }), z.object({ type: hosted })] as const

/** What the model may do with the tools, in the form of either API; `allowed_tools` in both, for clients mix them up. */
export const nestedChoice = z.union([words, ...nested, nestedAllowed, flatAllowed, ...rest])
export const flatChoice = z.union([words, ...flat, flatAllowed, nestedAllowed, ...rest])

export type SentChoice = z.output<typeof nestedChoice> | z.output<typeof flatChoice>

interface Named {
  type: 'function' | 'custom'
  name: string
}
type Hosted = z.output<typeof hosted>

/** The choice in the form of responses. */
export type FlatChoice =
  | z.output<typeof words>
  | Named
  | { type: 'allowed_tools'; mode: 'auto' | 'required'; tools: (Named | { type: Hosted })[] }
  | { type: Hosted }

export function flattenedChoice(choice: SentChoice): FlatChoice {
  if (typeof choice === 'string') return choice
  switch (choice.type) {
    case 'auto':
    case 'none':
    case 'required':
      return choice.type
    case 'allowed_tools': {
      const { mode, tools } = 'allowed_tools' in choice ? choice.allowed_tools : choice
      return { type: choice.type, mode, tools: tools.map(flattenedName) }
    }
    default:
      return flattenedName(choice)
  }
}

type Allowed = z.output<typeof allowed>['tools'][number]

function flattenedName(tool: Allowed): Named | { type: Hosted } {
  if ('function' in tool) return { type: 'function', name: tool.function.name }
  if ('custom' in tool) return { type: 'custom', name: tool.custom.name }
  return tool
}

/** Whether it names a tool of OpenAI's: it has no effect then. */
export function choosesHosted(choice: SentChoice | null | undefined): boolean {
  return typeof choice === 'object' && choice !== null && hosted.safeParse(choice.type).success
}

/** The functions that are left, and what the model may do with them. */
export interface Chosen {
  functions: FunctionTool[]
  toolChoice: ToolChoice | undefined
}

/** Throws for a tool that is not there, and for a call required of none. `hasOthers`: there are tools beside the functions, of which nothing can be required. */
export function chosen(choice: SentChoice | null | undefined, functions: FunctionTool[], hasOthers = false): Chosen {
  const wanted = choice === null || choice === undefined ? undefined : flattenedChoice(choice)
  const at = typeof choice === 'object' && choice ? placesIn(choice) : undefined
  if (typeof wanted !== 'object') return allowing(functions, wanted, hasOthers)
  if (wanted.type === 'allowed_tools') {
    const names = wanted.tools.map((tool, index) => 'name' in tool && existing(tool.name, functions, at?.(index)))
    return allowing(
      functions.filter(({ name }) => names.includes(name)),
      wanted.mode,
      hasOthers
    )
  }
  if (!('name' in wanted)) return { functions, toolChoice: undefined }
  return { functions, toolChoice: { name: existing(wanted.name, functions, at?.()) } }
}

function allowing(
  functions: FunctionTool[],
  toolChoice: 'auto' | 'none' | 'required' | undefined,
  hasOthers: boolean
): Chosen {
  if (toolChoice === 'required' && functions.length === 0 && hasOthers) return { functions, toolChoice: undefined }
  if (toolChoice === 'required' && functions.length === 0)
    throw invalid("'tool_choice' is 'required', but there are no functions in 'tools'.", 'tool_choice')
  return { functions, toolChoice }
}

function existing(name: string, functions: readonly FunctionTool[], at = 'tool_choice'): string {
  if (functions.some((one) => one.name === name)) return name
  throw invalid(`Invalid value for '${at}': no tool has this name.`, at)
}

/** Where the choice has a name. */
function placesIn(choice: Exclude<SentChoice, string>): (index?: number) => string {
  const inner = (tool: object) => ('function' in tool ? '.function.name' : 'custom' in tool ? '.custom.name' : '.name')
  return (index) => {
    if (index === undefined || choice.type !== 'allowed_tools') return `tool_choice${inner(choice)}`
    const [tools, at] = 'allowed_tools' in choice ? [choice.allowed_tools.tools, '.allowed_tools'] : [choice.tools, '']
    return `tool_choice${at}.tools[${index}]${inner(tools[index] ?? {})}`
  }
}
