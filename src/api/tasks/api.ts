import type { Api } from '../../http/api.ts'
import { appServerErrors } from '../app-server-errors.ts'
import { createOperations } from './create-routes.ts'
import type { TasksDependencies } from './dependencies.ts'
import { deploymentOperations } from './deployment-routes.ts'
import { taskOperations } from './task-routes.ts'

/** Tasks: work with a result that survives the gateway. */
export function tasksApi(dependencies: TasksDependencies): Api {
  return {
    dialect: appServerErrors,
    operations: [
      ...createOperations(dependencies),
      ...taskOperations(dependencies),
      ...deploymentOperations(dependencies)
    ]
  }
}
