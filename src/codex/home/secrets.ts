/** What no command of the model's may read. It need not be there, and all but the own login may change: it is looked up each time. */
export interface Secrets {
  /** Files with a login, the own one first, which codex itself needs. A user may log in while the gateway runs. */
  readonly logins: readonly string[]
  /** Files that codex has no use for. An operator may replace them while the gateway runs. */
  readonly files: readonly string[]
  /** Folders that codex has no use for, or only where it stores threads. */
  readonly folders: readonly string[]
}
