/** What belongs to a turn and is passed on to those who watch it; no engine reads it. */
const watched: readonly string[] = [
  'turn/diff/updated',
  'item/plan/delta',
  'item/fileChange/outputDelta',
  'item/fileChange/patchUpdated',
  'item/mcpToolCall/progress',
  'item/commandExecution/terminalInteraction',
  'model/rerouted'
]

/** Notifications that nothing reads: app-server need not write them (`optOutNotificationMethods`). One that a CLI does not know is ignored by it. */
export const unreadNotifications: readonly string[] = [
  'thread/started',
  'thread/status/changed',
  'thread/name/updated',
  'thread/settings/updated',
  'thread/readState/changed',
  'thread/goal/updated',
  'thread/goal/cleared',
  'thread/compacted',
  'turn/moderationMetadata',
  'serverRequest/resolved',
  'hook/started',
  'hook/completed',
  'warning',
  'configWarning',
  'deprecationNotice',
  'remoteControl/status/changed',
  'skills/changed',
  'mcpServer/startupStatus/updated',
  'account/updated',
  'model/safetyBuffering/updated',
  'model/verification',
  'app/list/updated'
]

/** Notifications that no engine reads. */
export const unusedNotifications: readonly string[] = [...unreadNotifications, ...watched]
