import type { Schema } from '../store/schema.ts'

/**
 * `sessions`: times are Unix milliseconds; `worker` is the mark of the gateway that has it in memory; `seq` is the last event that was
 * stored, `trimmed` the last one that was deleted to keep within the bounds, `bytes` what its events and items take; `usage` is JSON.
 * `session_events`: several events in one row, as they go on the wire; `last` is the `seq` of the last of them.
 * `agent`, `labels`, `status`: of a session of the Agents API, else null: what it was made with, its metadata and how it is, as JSON.
 * `session_records`: its turns, items and what else belongs to it, by `kind`; `scope` is the id of a subagent or ''; `seq` is the event by which each began.
 * `deleted_agent_sessions`: those of the Agents API that were deleted last, so that a deletion can be repeated.
 * `session_turns`, `session_items`: in the order of `seq`, the event by which each began. `body` is app-server's item as JSON.
 */
export const sessionsSchema: Schema = {
  module: 'sessions',
  steps: [
    `CREATE TABLE sessions (
      id TEXT PRIMARY KEY, owner TEXT NOT NULL, workspace TEXT NOT NULL, thread TEXT NOT NULL, worker TEXT, usage TEXT,
      seq INTEGER NOT NULL DEFAULT 0, trimmed INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0,
      created_at INTEGER NOT NULL, used_at INTEGER NOT NULL);
    CREATE INDEX sessions_by_owner ON sessions (owner, used_at);
    CREATE INDEX sessions_by_thread ON sessions (thread);
    CREATE INDEX sessions_by_age ON sessions (used_at);
    CREATE TABLE session_events (
      session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE, last INTEGER NOT NULL,
      body TEXT NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (session, last));
    CREATE TABLE session_turns (
      session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE, seq INTEGER NOT NULL,
      id TEXT NOT NULL, thread TEXT NOT NULL, status TEXT NOT NULL, PRIMARY KEY (session, id));
    CREATE TABLE session_items (
      session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE, seq INTEGER NOT NULL, at INTEGER NOT NULL,
      turn TEXT NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (session, turn, id));
    CREATE INDEX session_items_in_order ON session_items (session, seq)`,
    `ALTER TABLE sessions ADD COLUMN agent TEXT;
    ALTER TABLE sessions ADD COLUMN labels TEXT;
    ALTER TABLE sessions ADD COLUMN status TEXT;
    CREATE INDEX sessions_of_agents ON sessions (owner, id) WHERE agent IS NOT NULL;
    CREATE TABLE session_records (
      session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE, kind TEXT NOT NULL, scope TEXT NOT NULL, id TEXT NOT NULL,
      turn TEXT NOT NULL, seq INTEGER NOT NULL, body TEXT NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (session, kind, id));
    CREATE INDEX session_records_in_order ON session_records (session, kind, scope, seq)`,
    'CREATE INDEX sessions_of_agents_by_size ON sessions (owner, bytes) WHERE agent IS NOT NULL',
    `CREATE TABLE deleted_agent_sessions (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, workspace TEXT NOT NULL);
    CREATE INDEX deleted_agent_sessions_by_owner ON deleted_agent_sessions (owner, sequence)`
  ]
}
