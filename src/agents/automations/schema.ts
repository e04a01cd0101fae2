import type { Schema } from '../../store/schema.ts'

/**
 * Times are Unix milliseconds. `automations`: `session` is the one that it writes to, `due_at` its next occurrence, `body` JSON.
 * `automation_invocations`: `worker` is the mark of the gateway that delivers it, `ready_at`: it is not tried before; `error` is JSON.
 */
export const automationsSchema: Schema = {
  module: 'automations',
  steps: [
    `CREATE TABLE automations (
      id TEXT PRIMARY KEY, owner TEXT NOT NULL, created_at INTEGER NOT NULL, session TEXT, status TEXT NOT NULL, due_at INTEGER,
      bytes INTEGER NOT NULL, body TEXT NOT NULL);
    CREATE INDEX automations_by_owner ON automations (owner, id, bytes);
    CREATE INDEX automations_by_due ON automations (due_at) WHERE due_at IS NOT NULL;
    CREATE TABLE automation_invocations (
      id TEXT PRIMARY KEY, automation TEXT NOT NULL REFERENCES automations (id) ON DELETE CASCADE, created_at INTEGER NOT NULL,
      scheduled_at INTEGER, status TEXT NOT NULL, session TEXT NOT NULL, worker TEXT, ready_at INTEGER NOT NULL DEFAULT 0,
      attempts INTEGER NOT NULL DEFAULT 0, error TEXT);
    CREATE INDEX automation_invocations_by_automation ON automation_invocations (automation, id);
    CREATE INDEX automation_invocations_by_time ON automation_invocations (ready_at) WHERE status = 'queued'`
  ]
}
