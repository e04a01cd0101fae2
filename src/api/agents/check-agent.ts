import type { AgentConfig } from '../../agents/agent.ts'
import { checkFunctionSchema } from '../../openai/function-schema.ts'
import { invalid } from '../../openai/invalid.ts'
import { checkSchema } from '../../openai/structured.ts'
import { GatewayError } from '../../turn/error.ts'

type Checked = Pick<AgentConfig, 'tools' | 'text'>

/** Throws for what no codex can do, and for schemas that are none. `at` is where the agent is in the request. */
export function checkAgent({ tools, text }: Checked, at = ''): void {
  checkTools(tools, `${at}tools`)
  if (text.format.type === 'json_schema') checkSchema(text.format.schema, `${at}text.format.schema`)
}

/** The same for tools alone. */
export function checkTools(tools: Checked['tools'], at: string): void {
  const names = new Set<string>()
  for (const [index, tool] of tools.entries()) {
    const param = `${at}[${index}]`
    const name = tool.type === 'function' ? tool.name : tool.type === 'mcp' ? tool.server_label : tool.type
    if (names.has(`${tool.type} ${name}`)) throw invalid(`There are two of the name ${JSON.stringify(name)}.`, param)
    names.add(`${tool.type} ${name}`)
    checkTool(tool, param)
  }
  const hasSearch = tools.some(({ type }) => type === 'tool_search')
  const deferred = tools.findIndex((tool) => tool.type === 'function' && tool.defer_loading)
  if (deferred >= 0 && !hasSearch)
    throw invalid(
      'A function whose loading is deferred takes the tool `tool_search`, by which the model finds it.',
      `${at}[${deferred}].defer_loading`
    )
}

function checkTool(tool: Checked['tools'][number], param: string): void {
  switch (tool.type) {
    case 'function':
      return checkFunctionSchema(tool.name, tool.parameters, `${param}.parameters`)
    case 'mcp':
      if (tool.credential_id !== null)
        throw unsupported('Vaults are not offered: send `authorization` or `headers`.', `${param}.credential_id`)
      if (tool.transport.type === 'stdio')
        throw unsupported('The operator configures servers that are started here.', `${param}.transport.type`)
      return
    case 'computer_use':
      throw unsupported('Codex has no desktop.', `${param}.type`)
    case 'automations':
    case 'tool_search':
    case 'programmatic_tool_calling':
    case 'web_search':
      return
  }
}

/** What the API knows and this gateway does not offer. */
export const unsupported = (why: string, param: string) =>
  new GatewayError('unsupported', `Unsupported parameter: '${param}'. ${why}`, { param })

/** What the operator allows of an agent's tools. */
export interface AllowedTools {
  /** Whether the model may search the web. */
  search: boolean
  /** Why a server of tools may not be called; undefined where it may. */
  refusedServer: (url: string) => string | undefined
}

/** Throws for tools that the operator does not allow. */
export function checkAllowed(tools: Checked['tools'], at: string, { search, refusedServer }: AllowedTools): void {
  for (const [index, tool] of tools.entries()) {
    if (tool.type === 'web_search' && tool.mode !== 'disabled' && !search)
      throw unsupported('The operator allows no search of the web (CODEX_ENABLE_SEARCH).', `${at}[${index}].type`)
    if (tool.type !== 'mcp' || tool.transport.type !== 'http') continue
    const why = refusedServer(tool.transport.server_url)
    if (why !== undefined)
      throw unsupported(`This server is not called: ${why} (CODEX_MCP_HOSTS).`, `${at}[${index}].transport.server_url`)
  }
}
