import { z } from 'zod'

/** What codex says of a call of a function (codex-cli 0.169). */
export const call = z.object({ callId: z.string(), tool: z.string(), arguments: z.unknown() })

/** The same of a call of a server's tool that takes a decision. */
export const approval = z.object({
  serverName: z.string(),
  message: z.string().catch(''),
  _meta: z.object({
    codex_approval_kind: z.literal('mcp_tool_call'),
    tool_name: z.string().nullish(),
    tool_params: z.unknown()
  })
})
