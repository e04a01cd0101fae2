import type { Schema } from '../store/schema.ts'

/**
 * `environments`: `session` is null until one has it; `config` is JSON; `bytes` is what its folder took when it was last measured;
 * `setup` is JSON, and null where there is none; `key` and `digest` make a repeated creation known. `artifacts`: `hash` names the file with its bytes, `stamp` says from which
 * file it was copied, `workspace` is null in those of before it was noted. `deleted_artifacts`: files of environments that are not to be published again. `uploads`: files of the Files API. Times are Unix milliseconds.
 */
export const environmentsSchema: Schema = {
  module: 'environments',
  steps: [
    `CREATE TABLE environments (
      id TEXT PRIMARY KEY, owner TEXT NOT NULL, workspace TEXT NOT NULL, session TEXT, config TEXT NOT NULL,
      bytes INTEGER NOT NULL, key TEXT, digest TEXT, created_at INTEGER NOT NULL);
    CREATE INDEX environments_by_owner ON environments (owner, id);
    CREATE UNIQUE INDEX environments_by_key ON environments (owner, key) WHERE key IS NOT NULL;
    CREATE TABLE artifacts (
      id TEXT PRIMARY KEY, owner TEXT NOT NULL, session TEXT NOT NULL, environment TEXT NOT NULL, turn TEXT NOT NULL,
      path TEXT NOT NULL, size INTEGER NOT NULL, hash TEXT NOT NULL, stamp TEXT NOT NULL, created_at INTEGER NOT NULL);
    CREATE INDEX artifacts_by_session ON artifacts (owner, session, id);
    CREATE INDEX artifacts_by_hash ON artifacts (hash)`,
    `CREATE TABLE uploads (
      id TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, purpose TEXT NOT NULL,
      size INTEGER NOT NULL, hash TEXT NOT NULL, created_at INTEGER NOT NULL);
    CREATE INDEX uploads_by_owner ON uploads (owner, id);
    CREATE INDEX uploads_by_hash ON uploads (hash)`,
    'ALTER TABLE environments ADD COLUMN setup TEXT',
    'ALTER TABLE artifacts ADD COLUMN workspace TEXT',
    `CREATE TABLE deleted_artifacts (
      environment TEXT NOT NULL REFERENCES environments (id) ON DELETE CASCADE, path TEXT NOT NULL, stamp TEXT NOT NULL,
      PRIMARY KEY (environment, path, stamp))`
  ]
}
