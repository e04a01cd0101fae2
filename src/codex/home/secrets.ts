/** Files and folders that no command of the model's may read. They need not be there. */
export interface Secrets {
  /** Files with a login, the own one first, which codex itself needs. A user may log in while the gateway runs. */
  logins: readonly string[]
  /** Files that codex has no use for. An operator may replace them while the gateway runs. */
  files: readonly string[]
  /** Folders that codex has no use for, or only where it stores threads. */
  folders: readonly string[]
}
