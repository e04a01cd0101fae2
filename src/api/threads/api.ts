import type { Api } from '../../http/api.ts'
import { appServerErrors } from '../app-server-errors.ts'
import type { ThreadsDependencies } from '../thread-dependencies.ts'
import { resourceOperations } from './resources.ts'
import { threadOperations } from './thread-routes.ts'
import { turnOperations } from './turn-routes.ts'

/** Threads and turns by the names and in the words of app-server. */
export function threadsApi(dependencies: ThreadsDependencies): Api {
  return {
    dialect: appServerErrors,
    operations: [
      ...threadOperations(dependencies),
      ...turnOperations(dependencies),
      ...resourceOperations(dependencies)
    ]
  }
}
