import type { Schema } from '../store/schema.ts'

/**
 * `tasks`: times are Unix milliseconds; `worker` is the mark of the gateway that runs it, see `store/presence.ts`; `begun`: codex may have
 * got it, 2: it is about to; `ready_at`: it is not run before; `seq`: its last event; `progress`, `usage`, `result` and `error` are JSON; `key` is the caller's
 * idempotency key, `digest` what it was used with; `host` is the machine that has its thread. `task_orders`: what is to be done, as JSON, until the task has ended; `secrets` is sealed.
 * `task_events`: `body` is JSON.
 */
export const tasksSchema: Schema = {
  module: 'tasks',
  rows: [
    { table: 'tasks', key: ['sequence'], led: true },
    { table: 'task_orders', key: ['task'], led: true },
    { table: 'task_events', key: ['task', 'seq'], led: true }
  ],
  steps: [
    `CREATE TABLE tasks (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, workspace TEXT NOT NULL,
      template TEXT, model TEXT, status TEXT NOT NULL, created_at INTEGER NOT NULL, started_at INTEGER, ended_at INTEGER,
      deadline INTEGER NOT NULL, ready_at INTEGER NOT NULL DEFAULT 0, resets_at INTEGER, worker TEXT, begun INTEGER NOT NULL DEFAULT 0,
      cancelled INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, continuation TEXT, thread TEXT,
      spent_ms INTEGER NOT NULL DEFAULT 0, key TEXT, digest TEXT, bytes INTEGER NOT NULL, seq INTEGER NOT NULL DEFAULT 0,
      progress TEXT, usage TEXT, error TEXT, result TEXT, UNIQUE (owner, key));
    CREATE INDEX tasks_by_status ON tasks (status, owner, sequence, ready_at, bytes);
    CREATE INDEX tasks_by_owner ON tasks (owner, sequence);
    CREATE INDEX tasks_by_end ON tasks (ended_at, sequence) WHERE ended_at IS NOT NULL;
    CREATE INDEX tasks_by_deadline ON tasks (deadline) WHERE ended_at IS NULL;
    CREATE INDEX tasks_by_template ON tasks (template, status) WHERE template IS NOT NULL;
    CREATE TABLE task_orders (
      task INTEGER PRIMARY KEY REFERENCES tasks (sequence) ON DELETE CASCADE, secrets TEXT, body TEXT NOT NULL);
    CREATE TABLE task_events (
      task INTEGER NOT NULL REFERENCES tasks (sequence) ON DELETE CASCADE, seq INTEGER NOT NULL,
      type TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (task, seq)) WITHOUT ROWID`,
    'ALTER TABLE tasks ADD COLUMN host TEXT'
  ]
}
