import type { WorkspaceDirectory } from '../../../access/workspaces.ts'
import type { AccessRecord } from '../../../http/access.ts'
import type { JobStore } from '../../../work/job-store.ts'
import type { Work } from '../../../work/work.ts'
import type { Webhooks } from '../../../webhooks/webhooks.ts'
import type { TurnDependencies } from '../../accept.ts'
import type { StoredResponses } from '../stored-responses.ts'

/** What happens when a usage limit is reached. */
export type WhenLimited = 'fail' | 'wait'

/** What background responses need. */
export interface BackgroundDependencies extends Pick<
  TurnDependencies,
  'resolveModel' | 'chooseEffort' | 'defaultEffort' | 'waiting'
> {
  work: Work
  stored: StoredResponses
  /** What is known of those that are not over. Left out where nothing is stored: then there are none. */
  jobs?: JobStore | undefined
  /** Reports their ends; nobody does when it is left out. */
  webhooks?: Pick<Webhooks, 'checkRoom'> | undefined
  directory?: WorkspaceDirectory | undefined
  /** Called when one is over that was resumed. */
  logResumed?: ((record: AccessRecord) => void) | undefined
  /** Those of one owner that may be unfinished; 1,000 when left out. */
  maxUnfinished?: number | undefined
  /** Those that may be resumed at once; 2 when left out. */
  concurrency?: number | undefined
  /** For requests that do not say it themselves; `fail` when left out. */
  whenLimited?: WhenLimited | undefined
}
