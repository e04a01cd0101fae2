import type { Notice } from '../sessions/journal-store.ts'
import type { ShownSession } from './made.ts'

/** What receivers of webhooks are informed of when a session becomes like this. */
export function noticeOf(event: ShownSession['status'] | 'created', session: ShownSession): Notice {
  const { id, environment, required_actions: actions } = session
  const data = {
    id,
    environment_type: environment.type,
    ...('id' in environment && { environment_id: environment.id })
  }
  const [action] = actions
  return event === 'requires_action'
    ? {
        type: 'agent.session.action_required',
        data: { ...data, ...(action && { required_action: { type: action.type } }) }
      }
    : { type: `agent.session.${event}`, data }
}
