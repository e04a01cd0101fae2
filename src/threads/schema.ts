import type { Schema } from '../store/schema.ts'

/**
 * `threads`: times are Unix milliseconds, `settings` is JSON, `worker` the mark of the gateway that runs a turn on it.
 * `thread_turns`: `status` is app-server's word, `error` is JSON.
 */
export const threadsSchema: Schema = {
  module: 'threads',
  steps: [
    `CREATE TABLE threads (
      id TEXT PRIMARY KEY, owner TEXT NOT NULL, workspace TEXT NOT NULL,
      name TEXT, preview TEXT NOT NULL, parent TEXT, archived INTEGER NOT NULL, provider TEXT, settings TEXT NOT NULL, worker TEXT,
      created_at INTEGER NOT NULL, used_at INTEGER NOT NULL);
    CREATE INDEX threads_by_use ON threads (owner, workspace, archived, used_at, id);
    CREATE INDEX threads_by_parent ON threads (parent);
    CREATE INDEX threads_by_age ON threads (used_at);
    CREATE TABLE thread_turns (
      id TEXT PRIMARY KEY, thread TEXT NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
      worker TEXT NOT NULL, status TEXT NOT NULL, error TEXT, started_at INTEGER NOT NULL, ended_at INTEGER);
    CREATE INDEX thread_turns_by_thread ON thread_turns (thread)`
  ]
}
