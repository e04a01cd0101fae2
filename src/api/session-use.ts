import type { ApiContext } from '../http/api.ts'
import type { Session } from '../sessions/session.ts'

/** Keeps a session in memory until a request is over, whose body may come slowly: another request must not find a second one of it. */
export function useSession({ res }: Pick<ApiContext, 'res'>, session: Pick<Session, 'uses'>): void {
  if (res.closed) return // its client has left already
  session.uses += 1
  res.once('close', () => (session.uses -= 1))
}
