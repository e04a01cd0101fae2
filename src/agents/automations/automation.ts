import { z } from 'zod'
import { agentConfig } from '../agent.ts'
import { schedule } from './schedule.ts'

const content = z.discriminatedUnion('type', [
  z.object({ type: z.literal('input_text'), text: z.string() }),
  z.object({ type: z.literal('input_image'), image_url: z.string() })
])

/** What an automation does: it makes a session, with `request` as it was sent and messages that were checked, or writes to one. */
const target = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('new_session'),
    request: z.looseObject({ environment: z.looseObject({ type: z.string() }), agent_id: z.string().nullish() }),
    /** As it was when the automation was stored; null where the saved agent is all of it. */
    config: agentConfig.nullable(),
    messages: z.array(z.object({ content: z.array(content) })),
    metadata: z.record(z.string(), z.string())
  }),
  z.object({ type: z.literal('existing_session'), instructions: z.string(), session_id: z.string() })
])
export type Target = z.output<typeof target>

/** What is stored of an automation beside what is searched for. `caller`: who made it, as the API knows callers. */
export const automationBody = z.object({
  name: z.string(),
  metadata: z.record(z.string(), z.string()),
  schedule,
  target,
  workspace: z.string(),
  caller: z.unknown()
})
export type AutomationBody = z.output<typeof automationBody>

export type AutomationStatus = 'active' | 'paused' | 'completed'

/** Something that is to be done at times. Times are Unix milliseconds. */
export interface Automation extends AutomationBody {
  id: string
  owner: string
  createdAt: number
  status: AutomationStatus
}

export type InvocationStatus = 'queued' | 'completed' | 'failed' | 'skipped'

/** One attempt to do it. */
export interface Invocation {
  id: string
  automation: string
  createdAt: number
  /** The occurrence that it is for; null where somebody asked for it. */
  scheduledAt: number | null
  status: InvocationStatus
  /** The session that it is for, which is there once it is completed. */
  session: string
  error: { code: string; message: string } | null
}
