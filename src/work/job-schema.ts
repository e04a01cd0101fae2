import type { Schema } from '../store/schema.ts'

/**
 * What is known of records whose work is not over, and the events of such work. `jobs`: `worker` is the mark of the gateway that works
 * on it, see `store/presence.ts`, null where it waits, since `since` and until `ready_at`; `limits`: how often a usage limit was in its way; `begun`: it may have had effects; `cancelled`: somebody wants it to
 * end. `job_logs`: `last` is the number of the last event that was stored, `trimmed` of the last one that was deleted to keep within the
 * bounds, `length` its characters. `job_events`: several events in one row, as they go on the wire; `last` is the number of the last of
 * them. Times are Unix milliseconds, all of it goes with its record.
 */
export const jobsSchema: Schema = {
  module: 'jobs',
  shared: [{ table: 'job_logs' }, { table: 'job_events', key: 'last' }], // not `jobs`: who does the work is decided where it was accepted
  steps: [
    `CREATE TABLE jobs (
      record INTEGER PRIMARY KEY REFERENCES records (sequence) ON DELETE CASCADE,
      workspace TEXT NOT NULL, model TEXT NOT NULL, worker TEXT, begun INTEGER NOT NULL DEFAULT 0, cancelled INTEGER NOT NULL DEFAULT 0,
      since INTEGER NOT NULL, ready_at INTEGER NOT NULL, limits INTEGER NOT NULL DEFAULT 0);
    CREATE INDEX jobs_by_worker ON jobs (worker, ready_at);
    CREATE TABLE job_logs (
      record INTEGER PRIMARY KEY REFERENCES records (sequence) ON DELETE CASCADE,
      last INTEGER NOT NULL DEFAULT -1, trimmed INTEGER NOT NULL DEFAULT -1, length INTEGER NOT NULL DEFAULT 0, ended_at INTEGER);
    CREATE INDEX job_logs_by_end ON job_logs (ended_at);
    CREATE TABLE job_events (
      record INTEGER NOT NULL REFERENCES job_logs (record) ON DELETE CASCADE,
      last INTEGER NOT NULL, body TEXT NOT NULL, length INTEGER NOT NULL, PRIMARY KEY (record, last))`
  ]
}
