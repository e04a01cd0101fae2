import type { Schema } from '../store/schema.ts'
import { isLed } from './ids.ts'

/** Tokens, and money in billionths of a dollar, which sum up exactly to nine million dollars. */
const counts = `input INTEGER NOT NULL DEFAULT 0, cached INTEGER NOT NULL DEFAULT 0, cache_write INTEGER NOT NULL DEFAULT 0,
  output INTEGER NOT NULL DEFAULT 0, reasoning INTEGER NOT NULL DEFAULT 0, cost INTEGER NOT NULL DEFAULT 0`

/** Sums of a group over a time that begins at `at`. `estimate` is about the `unknown` responses, and in none of the counted numbers. */
const sums = `grp INTEGER NOT NULL, at INTEGER NOT NULL, requests INTEGER NOT NULL DEFAULT 0, responses INTEGER NOT NULL DEFAULT 0,
  unknown INTEGER NOT NULL DEFAULT 0, estimate INTEGER NOT NULL DEFAULT 0, estimate_cost INTEGER NOT NULL DEFAULT 0, ${counts},
  PRIMARY KEY (grp, at)`

/**
 * Times are Unix seconds. A group is who, with which key, where and on what: rows of turns and sums refer to it. A turn's tokens
 * are in its responses alone, which are never changed. Minutes and days repeat them as sums, in the same transaction; days begin
 * at midnight in the zone of `ledger_meta`. `reserved` is what a turn that runs may still take: 0 where it has no limits, whose request
 * is then counted when it ends. Turns of a process that is gone are looked for from its `first_turn` on, once: then it is `swept`.
 * Of gateways that share a ledger each has groups of its own (`origin`, see `ids.ts`), so that nobody else adds to its sums; turns
 * with limits are counted by the one that leads.
 */
export const ledgerSchema: Schema = {
  module: 'ledger',
  rows: [
    { table: 'ledger_groups', key: ['id'], led: isLed },
    { table: 'ledger_processes', key: ['mark'] },
    { table: 'ledger_turns', key: ['id'], led: isLed },
    { table: 'ledger_responses', key: ['turn', 'response'], led: isLed },
    { table: 'ledger_minutes', key: ['grp', 'at'], led: isLed },
    { table: 'ledger_days', key: ['grp', 'at'], led: isLed },
    { table: 'ledger_alerts', key: ['rule', 'since', 'threshold'], led: true }
  ],
  steps: [
    `CREATE TABLE ledger_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE ledger_groups (
      id INTEGER PRIMARY KEY, principal TEXT NOT NULL, key TEXT NOT NULL, workspace TEXT NOT NULL, account TEXT NOT NULL,
      model TEXT NOT NULL, tier TEXT NOT NULL, engine TEXT NOT NULL,
      UNIQUE (principal, key, workspace, account, model, tier, engine));
    CREATE INDEX ledger_groups_by_key ON ledger_groups (key);
    CREATE TABLE ledger_processes (id INTEGER PRIMARY KEY, mark TEXT NOT NULL UNIQUE);
    CREATE TABLE ledger_turns (
      id INTEGER PRIMARY KEY AUTOINCREMENT, grp INTEGER NOT NULL, process INTEGER NOT NULL, at INTEGER NOT NULL,
      reserved INTEGER NOT NULL, reserved_cost INTEGER NOT NULL, thread TEXT, ended_at INTEGER, end TEXT, cause TEXT,
      unknown INTEGER NOT NULL DEFAULT 0, estimate INTEGER NOT NULL DEFAULT 0, estimate_cost INTEGER NOT NULL DEFAULT 0);
    CREATE INDEX ledger_turns_open ON ledger_turns (grp, process, reserved, reserved_cost) WHERE ended_at IS NULL;
    CREATE INDEX ledger_turns_by_group ON ledger_turns (grp);
    CREATE TABLE ledger_responses (
      turn INTEGER NOT NULL, response TEXT NOT NULL, at INTEGER NOT NULL, ${counts},
      PRIMARY KEY (turn, response)) WITHOUT ROWID;
    CREATE TRIGGER ledger_responses_stay BEFORE UPDATE ON ledger_responses BEGIN SELECT raise(ABORT, 'append only'); END;
    CREATE TABLE ledger_minutes (${sums}) WITHOUT ROWID;
    CREATE TABLE ledger_days (${sums}) WITHOUT ROWID;`,
    `CREATE TABLE ledger_windows (
      limit_id TEXT NOT NULL, minutes INTEGER NOT NULL, resets_at INTEGER NOT NULL, percent REAL NOT NULL,
      observed_at INTEGER NOT NULL, PRIMARY KEY (limit_id, minutes, resets_at));
    CREATE TABLE ledger_window_parts (
      limit_id TEXT NOT NULL, minutes INTEGER NOT NULL, resets_at INTEGER NOT NULL, principal TEXT NOT NULL,
      percent REAL NOT NULL, PRIMARY KEY (limit_id, minutes, resets_at, principal));
    CREATE TABLE ledger_alerts (
      rule TEXT NOT NULL, since INTEGER NOT NULL, threshold INTEGER NOT NULL, at INTEGER NOT NULL,
      PRIMARY KEY (rule, since, threshold))`,
    // fewer pages for each turn: no counter of ids, and no index entry for turns that reserve nothing
    `CREATE TABLE turns (
      id INTEGER PRIMARY KEY, grp INTEGER NOT NULL, process INTEGER NOT NULL, at INTEGER NOT NULL,
      reserved INTEGER NOT NULL, reserved_cost INTEGER NOT NULL, thread TEXT, ended_at INTEGER, end TEXT, cause TEXT,
      unknown INTEGER NOT NULL DEFAULT 0, estimate INTEGER NOT NULL DEFAULT 0, estimate_cost INTEGER NOT NULL DEFAULT 0);
    INSERT INTO turns SELECT id, grp, process, at, reserved, reserved_cost, thread, ended_at, end, cause, unknown, estimate, estimate_cost
      FROM ledger_turns;
    ALTER TABLE ledger_processes ADD COLUMN first_turn INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE ledger_processes ADD COLUMN swept INTEGER NOT NULL DEFAULT 0;
    UPDATE ledger_processes SET swept = 1 WHERE id NOT IN (SELECT process FROM ledger_turns WHERE ended_at IS NULL);
    DROP TABLE ledger_turns;
    ALTER TABLE turns RENAME TO ledger_turns;
    CREATE INDEX ledger_turns_open ON ledger_turns (grp, reserved, reserved_cost) WHERE ended_at IS NULL AND reserved > 0;
    CREATE INDEX ledger_turns_by_group ON ledger_turns (grp)`,
    // the same group for each of several gateways; and a row that comes again as it was is no change of it
    `CREATE TABLE groups (
      id INTEGER PRIMARY KEY, principal TEXT NOT NULL, key TEXT NOT NULL, workspace TEXT NOT NULL, account TEXT NOT NULL,
      model TEXT NOT NULL, tier TEXT NOT NULL, engine TEXT NOT NULL, origin INTEGER NOT NULL DEFAULT 0,
      UNIQUE (principal, key, workspace, account, model, tier, engine, origin));
    INSERT INTO groups (id, principal, key, workspace, account, model, tier, engine)
      SELECT id, principal, key, workspace, account, model, tier, engine FROM ledger_groups;
    DROP TABLE ledger_groups;
    ALTER TABLE groups RENAME TO ledger_groups;
    CREATE INDEX ledger_groups_by_key ON ledger_groups (key);
    CREATE TABLE ledger_origins (origin INTEGER PRIMARY KEY, mark TEXT NOT NULL);
    DROP TRIGGER ledger_responses_stay;
    CREATE TRIGGER ledger_responses_stay BEFORE UPDATE ON ledger_responses
      WHEN (old.response, old.input, old.cached, old.cache_write, old.output, old.reasoning)
        <> (new.response, new.input, new.cached, new.cache_write, new.output, new.reasoning)
      BEGIN SELECT raise(ABORT, 'append only'); END`
  ]
}
