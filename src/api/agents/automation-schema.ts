import { z } from 'zod'
import { expressionProblem, isTimezone } from '../../agents/automations/schedule.ts'
import { metadata } from '../../openai/metadata.ts'
import { messageList, sessionCreation } from './session-schema.ts'

const { environment, agent, agent_id, vault_ids } = sessionCreation.shape

/** What an automation is to do, as it is sent. */
export const targetParam = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('new_session'),
    ...{ environment, agent, agent_id, vault_ids },
    input: messageList.min(1, 'at least one message'),
    metadata: metadata.nullish()
  }),
  z.object({
    type: z.literal('existing_session'),
    instructions: z.string().min(1, 'it must not be empty'),
    session_id: z.string()
  })
])
export type SentTarget = z.output<typeof targetParam>

const expression = z.string().superRefine((value, context) => {
  const problem = expressionProblem(value)
  if (problem !== undefined) context.addIssue(problem)
})
const timezone = z.string().refine(isTimezone, 'it is no IANA time zone, such as Europe/Berlin')
/** Unix seconds, up to the year 9999. */
const run_at = z.int().min(0).max(253_402_300_799)
const shared = { name: z.string().min(1).max(256), metadata: metadata.nullish(), target: targetParam }

export const automationCreation = z.discriminatedUnion('type', [
  z.object({ type: z.literal('once'), run_at, ...shared }),
  z.object({ type: z.literal('periodic'), expression, timezone, ...shared })
])
export type AutomationCreation = z.output<typeof automationCreation>

export const automationUpdate = z.object({ expression, timezone, run_at, ...shared }).partial()
export type AutomationUpdate = z.output<typeof automationUpdate>
