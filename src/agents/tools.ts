import { z } from 'zod'
import { ifGiven, orElse } from './defaults.ts'

/** Lengths in characters, and counts. */
const limits = { name: 64, domains: 100, servers: 64 }

const name = z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/, 'a name has 1 to 128 letters, digits, underscores or hyphens')
const word = orElse(z.string().max(128, 'at most 128 characters'), null)
const strings = z.array(z.string())

const functionTool = z.object({
  type: z.literal('function'),
  name,
  description: orElse(z.string(), ''),
  parameters: z.record(z.string(), z.unknown()),
  defer_loading: orElse(z.boolean(), false),
  async: ifGiven(z.boolean())
})

const webSearch = z.object({
  type: z.literal('web_search'),
  mode: orElse(z.enum(['disabled', 'cached', 'live']), 'live'),
  context_size: orElse(z.enum(['low', 'medium', 'high']), 'medium'),
  allowed_domains: orElse(strings.max(limits.domains, `at most ${limits.domains} domains`), null),
  location: orElse(z.object({ city: word, country: word, region: word, timezone: word }), null)
})

const http = { type: z.literal('http'), server_url: z.url({ protocol: /^https?$/ }) }
const headers = orElse(z.record(z.string(), z.string()), {})
const stdio = z.object({
  type: z.literal('stdio'),
  command: z.string().min(1),
  cwd: z.string(),
  args: orElse(strings, []),
  env_vars: orElse(strings, [])
})
const transports = z.discriminatedUnion('type', [
  z.object({ ...http, headers, authorization: orElse(z.string(), null) }),
  stdio.extend({ env: orElse(z.record(z.string(), z.string()), {}) })
])
const mcp = z.object({
  type: z.literal('mcp'),
  server_label: z
    .string()
    .max(limits.name)
    .regex(/^[a-zA-Z0-9_-]+$/, 'a label has letters, digits, underscores or hyphens'),
  transport: transports,
  allowed_tools: orElse(strings, null),
  connection_origin: orElse(z.enum(['service', 'environment']), 'service'),
  credential_id: orElse(z.string(), null),
  request_metadata: orElse(z.record(z.string(), z.unknown()), {}),
  required: orElse(z.boolean(), false)
})

/** A tool of an agent, as it is sent. What is left out has the default of the API. */
export const toolParam = z.discriminatedUnion('type', [
  functionTool,
  z.object({ type: z.literal('tool_search') }),
  z.object({ type: z.literal('programmatic_tool_calling'), enabled: orElse(z.boolean(), true) }),
  mcp,
  webSearch,
  z.object({ type: z.literal('computer_use'), include_screenshots: orElse(z.boolean(), false) }),
  z.object({ type: z.literal('automations') })
])

export type Tool = z.output<typeof toolParam>
export type FunctionToolParam = Extract<Tool, { type: 'function' }>
export type McpTool = Extract<Tool, { type: 'mcp' }>

type Transport = McpTool['transport']
type ShownStdio = Omit<Extract<Transport, { type: 'stdio' }>, 'env'>
type WithTransport<T> = Exclude<Tool, McpTool> | (Omit<McpTool, 'transport'> & { transport: ShownStdio | T })

/** A tool as a session shows it: without what was sent to log in, and without the environment of a server. */
export function shownTool(tool: Tool): WithTransport<{ type: 'http'; server_url: string }> {
  return withTransport(tool, ({ server_url }) => ({ type: 'http', server_url }))
}

/** A tool as a saved agent shows it: with its headers but those that may be secrets. */
export function savedTool(
  tool: Tool
): WithTransport<{ type: 'http'; server_url: string; headers: Record<string, string> }> {
  return withTransport(tool, ({ server_url, headers }) => {
    const plain = Object.entries(headers).filter(([key]) => !/auth|token|key|secret|cookie/i.test(key))
    return { type: 'http', server_url, headers: Object.fromEntries(plain) }
  })
}

function withTransport<T>(tool: Tool, shown: (http: Extract<Transport, { type: 'http' }>) => T): WithTransport<T> {
  if (tool.type !== 'mcp') return tool
  const { transport, ...rest } = tool
  if (transport.type === 'http') return { ...rest, transport: shown(transport) }
  const { env: _, ...stdioShown } = transport
  return { ...rest, transport: stdioShown }
}
