/** The methods after which a turn runs. */
export const startsTurn: ReadonlySet<string> = new Set([
  ...['turn/start', 'review/start', 'thread/compact/start', 'thread/goal/set'],
  ...['thread/queue/add', 'thread/queue/start', 'thread/prediction/request']
])
