import type { ThreadRecord } from './record.ts'
import type { ThreadTurnOrder } from './run.ts'

/** What a review looks at. */
export type ReviewTarget =
  | { type: 'uncommittedChanges' }
  | { type: 'baseBranch'; branch: string }
  | { type: 'commit'; sha: string; title?: string | undefined }
  | { type: 'custom'; instructions: string }

/** A turn that reviews the workspace, in the thread itself. */
export function reviewOrderOf(thread: ThreadRecord, target: ReviewTarget): ThreadTurnOrder {
  const shown = target.type === 'commit' ? { ...target, title: target.title ?? null } : target
  return {
    thread,
    settings: thread.settings,
    preview: 'Review',
    begin: () => ({ method: 'review/start', params: { target: shown, delivery: 'inline' } })
  }
}

/** A turn that puts a summary in the place of the thread's history. */
export function compactOrderOf(thread: ThreadRecord): ThreadTurnOrder {
  return {
    thread,
    settings: thread.settings,
    preview: '',
    begin: () => ({ method: 'thread/compact/start', params: {} })
  }
}
