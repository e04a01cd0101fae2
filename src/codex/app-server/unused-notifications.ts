/**
 * Notifications that nothing here reads: app-server need not write them (`optOutNotificationMethods`).
 * One that a CLI does not know is ignored by it.
 */
export const unusedNotifications: readonly string[] = [
  'thread/started',
  'thread/status/changed',
  'thread/name/updated',
  'thread/settings/updated',
  'thread/readState/changed',
  'thread/goal/updated',
  'thread/goal/cleared',
  'thread/compacted',
  'turn/diff/updated',
  'turn/moderationMetadata',
  'item/plan/delta',
  'item/fileChange/outputDelta',
  'item/fileChange/patchUpdated',
  'item/mcpToolCall/progress',
  'item/commandExecution/terminalInteraction',
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
  'model/rerouted',
  'app/list/updated'
]
