import { environment } from '../../config/config.ts'
import { taskCommandFrom } from './line.ts'
import type { TaskCommand } from './line.ts'

/** The command of what follows `task`; `--env` names variables of this process. Throws a `CommandError`. */
export const givenTask = (args: readonly string[]): TaskCommand => taskCommandFrom(args, environment())
