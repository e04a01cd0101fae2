import { z } from 'zod'
import type { Session } from '../../sessions/session.ts'

/** Times are Unix milliseconds. */
const session = z.object({
  id: z.string(),
  createdAt: z.number(),
  lastAccessAt: z.number(),
  expiresAt: z.number().meta({ description: 'When it is closed, if nobody uses it until then.' }),
  threadId: z.string(),
  workspace: z.string(),
  name: z.string().nullable(),
  preview: z.string()
})

const state = z.looseObject({
  ready: z.literal(true),
  threadId: z.string().nullable(),
  currentTurnId: z.string().nullable(),
  activeTurn: z.boolean(),
  lastTurnStatus: z.enum(['completed', 'interrupted', 'failed']).nullable(),
  selectedModel: z.string().nullable(),
  canAsk: z.boolean().meta({ description: 'Whether what Codex asks is put to those who watch.' }),
  pendingRequests: z.array(z.looseObject({ requestId: z.string(), method: z.string(), deadline: z.number() })),
  transcript: z.array(z.looseObject({ id: z.string(), role: z.string(), text: z.string(), status: z.string() })),
  seq: z.number().meta({ description: 'The last event that is in it.' })
})

export const sessionAnswer = z.object({ ok: z.literal(true), sessionId: z.string(), session, state })
export const sessionList = z.object({ ok: z.literal(true), sessions: z.array(session.extend({ state })) })
export const closedAnswer = z.object({ ok: z.literal(true), sessionId: z.string() })

/** A session and its state, as most routes answer them. */
export function answerFrom(found: Session): object {
  return { ok: true, sessionId: found.record.id, session: found.view, state: found.state() }
}
