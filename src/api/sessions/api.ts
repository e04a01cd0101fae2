import type { Api } from '../../http/api.ts'
import { appServerErrors } from '../app-server-errors.ts'
import { answerOperation } from './answer-route.ts'
import type { SessionsDependencies } from './dependencies.ts'
import { eventOperation } from './event-route.ts'
import { retiredOperations } from './retired.ts'
import { sessionOperations } from './session-routes.ts'
import { sessionTurnOperations } from './turn-routes.ts'

/** Conversations that can be watched, by several at once and again after a cut. */
export function sessionsApi(dependencies: SessionsDependencies): Api {
  return {
    dialect: appServerErrors,
    operations: [
      ...sessionOperations(dependencies),
      ...sessionTurnOperations(dependencies),
      eventOperation(dependencies),
      answerOperation(dependencies),
      ...retiredOperations
    ]
  }
}
