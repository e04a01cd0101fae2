import { z } from 'zod'
import { isNeeded, rawItemMethod } from './metering/frames.ts'

/** The first message of a client. What is not here is not passed on: some capabilities hold for the whole app-server (codex-cli 0.169). */
const initialize = z.object({
  id: z.union([z.string(), z.number()]),
  method: z.literal('initialize'),
  params: z.object({
    clientInfo: z.object({
      name: z.string().max(200),
      title: z.string().max(200).nullish(),
      version: z.string().max(200)
    }),
    capabilities: z
      .object({
        experimentalApi: z.boolean().optional(),
        requiredHumanApproval: z.boolean().optional(),
        optOutNotificationMethods: z.array(z.string().max(200)).max(1_000).nullish()
      })
      .nullish()
  })
})

export type Initialize = z.output<typeof initialize>

/**
 * What is sent to app-server, and the notifications that are then not for the client: those that the gateway reads itself, though
 * the client does not want them, and what only the gateway wants.
 */
export function withoutNeeded(first: Initialize): { first: Initialize; hidden: ReadonlySet<string> } {
  const { params } = first
  const unwanted = params.capabilities?.optOutNotificationMethods ?? []
  const optOutNotificationMethods = [...unwanted.filter((method) => !isNeeded(method)), rawItemMethod]
  const capabilities = { ...params.capabilities, optOutNotificationMethods }
  return {
    first: { ...first, params: { ...params, capabilities } },
    hidden: new Set(['rawResponse/completed', ...unwanted.filter(isNeeded)])
  }
}

/** Undefined for anything else. */
export function initializeFrom(message: unknown): Initialize | undefined {
  return initialize.safeParse(message).data
}
