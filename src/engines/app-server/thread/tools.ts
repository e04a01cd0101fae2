import { withoutTools } from '../../../codex/home/profile.ts'
import type { CodexSettings } from '../../../codex/home/settings.ts'
import { GatewayError } from '../../../turn/error.ts'
import type { FunctionTool, TurnRequest } from '../../../turn/request.ts'
import { schemaForCodex } from './tool-schema.ts'
import { toolNames } from './tool-names.ts'
import type { ToolNames } from './tool-names.ts'

/** The caller's functions in one turn. */
export interface OfferedTools {
  /** `thread/start.dynamicTools`; they reach the model as its own function tools. */
  dynamicTools: object[]
  names: ToolNames
  /** An instruction for the model where Codex cannot force it. */
  instruction?: string
  /** Whether an answer without a call is a failure. */
  required: boolean
  /** Whether the first call ends the turn. */
  single: boolean
}

/** The user's message that asks once more, where the answer was not a call. */
export const askForCall = {
  type: 'text',
  text: 'That was not a call. Call at least one of your tools now, and write no text instead.',
  text_elements: []
}

/** What removes Codex's own tools from a thread, beside what its profile does; `mcpServers`: those the home's own configuration starts. */
export function withoutOwnTools(mcpServers: readonly string[]): CodexSettings {
  return {
    ...withoutTools,
    include_permissions_instructions: false,
    mcp_servers: Object.fromEntries(mcpServers.map((name) => [name, { enabled: false }]))
  }
}

/** Undefined when the model is offered none of the caller's functions. Throws `invalid_request` naming the field at fault. */
export function dynamicTools({
  tools = [],
  toolChoice = 'auto',
  parallelToolCalls
}: TurnRequest): OfferedTools | undefined {
  checkNames(tools)
  const wanted = typeof toolChoice === 'object' ? toolChoice.name : undefined
  const offered = wanted === undefined ? tools : tools.filter(({ name }) => name === wanted)
  if (wanted !== undefined && offered.length === 0)
    throw new GatewayError('invalid_request', `There is no tool named ${JSON.stringify(wanted)}.`, {
      param: 'tool_choice'
    })
  if (toolChoice === 'none') return undefined
  if (offered.length === 0) {
    if (toolChoice === 'required')
      throw new GatewayError('invalid_request', 'A tool cannot be required when there are no tools.', {
        param: 'tool_choice'
      })
    return undefined
  }
  const required = toolChoice !== 'auto'
  const names = toolNames(offered.map(({ name }) => name))
  return {
    dynamicTools: offered.map((tool) => dynamicToolFrom(tool, names)),
    names,
    required,
    single: parallelToolCalls === false,
    ...(required && {
      instruction:
        'Answer only by calling the tools you were given: call at least one of them now, and write no text instead.'
    })
  }
}

function dynamicToolFrom({ name, description, parameters }: FunctionTool, names: ToolNames): object {
  const { inputSchema, text } = schemaForCodex(parameters ?? {})
  return {
    type: 'function',
    name: names.toCodex(name),
    description: [description, text].filter((part) => part).join('\n\n'),
    inputSchema
  }
}

function checkNames(tools: readonly FunctionTool[]): void {
  const names = new Set<string>()
  for (const [index, { name }] of tools.entries()) {
    const param = `tools[${index}].function.name`
    if (!/^[a-zA-Z0-9_-]{1,128}$/.test(name))
      throw new GatewayError('invalid_request', 'A tool’s name has 1 to 128 letters, digits, underscores or hyphens.', {
        param
      })
    if (names.has(name))
      throw new GatewayError('invalid_request', `Two tools are named ${JSON.stringify(name)}.`, { param })
    names.add(name)
  }
}
