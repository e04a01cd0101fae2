import { newId, secondsOf } from './ids.ts'
import type { TokenUsage } from './status.ts'
import type { TurnError } from './turn-end.ts'

/** A turn as the API shows it. */
export interface ShownTurn {
  id: string
  agent_id: string
  completed_at: number | null
  created_at: number
  error: TurnError | null
  object: 'agent.session.turn'
  session_id: string
  started_at: number | null
  status: 'queued' | 'in_progress' | 'waiting' | 'completed' | 'failed' | 'cancelled'
  subagent_id: string | null
  usage: TokenUsage | null
}

/** A new turn of a session. */
export const newTurn = ({ id, agentId }: { id: string; agentId: string }): ShownTurn => ({
  id: newId('turn'),
  agent_id: agentId,
  completed_at: null,
  created_at: secondsOf(Date.now()),
  error: null,
  object: 'agent.session.turn',
  session_id: id,
  started_at: null,
  status: 'queued',
  subagent_id: null,
  usage: null
})
