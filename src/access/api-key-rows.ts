import type { Connection } from '../store/connection.ts'
import type { Schema } from '../store/schema.ts'
import type { ApiKey } from './api-key.ts'

/** `changes` rises with every change, by which other processes know of it. A key has two secrets while it is rotated. */
export const apiKeysSchema: Schema = {
  module: 'api_keys',
  rows: [
    { table: 'api_keys', key: ['id'] },
    { table: 'api_key_secrets', key: ['digest'] }
  ],
  steps: [
    `CREATE TABLE api_keys (
      id TEXT PRIMARY KEY, name TEXT NOT NULL, principal TEXT NOT NULL, hint TEXT NOT NULL, created_at INTEGER NOT NULL,
      expires_at INTEGER, revoked_at INTEGER, models TEXT, workspaces TEXT, apis TEXT, scopes TEXT NOT NULL);
    CREATE TABLE api_key_secrets (
      digest TEXT PRIMARY KEY, key TEXT NOT NULL REFERENCES api_keys (id), created_at INTEGER NOT NULL, expires_at INTEGER);
    CREATE TABLE api_key_changes (count INTEGER NOT NULL, file TEXT NOT NULL);
    INSERT INTO api_key_changes VALUES (0, hex(randomblob(8)))`,
    'ALTER TABLE api_keys ADD COLUMN limits TEXT'
  ]
}

/** All keys, the oldest first. */
export function keysFrom(connection: Connection): ApiKey[] {
  return connection.all(selectKeys).map((row): ApiKey => {
    const [id, name, principal, hint, createdAt, expiresAt, revokedAt, models, workspaces, apis, scopes, limits] = row
    return {
      ...{ id: String(id), name: String(name), principal: String(principal), hint: String(hint) },
      ...{ createdAt: Number(createdAt), expiresAt: numberIn(expiresAt), revokedAt: numberIn(revokedAt) },
      ...{
        models: listIn(models),
        workspaces: listIn(workspaces),
        apis: listIn(apis),
        scopes: listIn(scopes) ?? [],
        limits: listIn(limits)
      }
    }
  })
}

export const numberIn = (value: unknown) => (value === null ? undefined : Number(value))
const listIn = (value: unknown) => (typeof value === 'string' ? (JSON.parse(value) as string[]) : undefined)

const selectKeys = `SELECT id, name, principal, hint, created_at, expires_at, revoked_at, models, workspaces, apis, scopes, limits
  FROM api_keys ORDER BY created_at, rowid`
export const insertKey = `INSERT INTO api_keys (id, name, principal, hint, created_at, expires_at, models, workspaces, apis, scopes, limits)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
export const insertSecret = 'INSERT INTO api_key_secrets (digest, key, created_at) VALUES (?, ?, ?)'
export const expireSecrets = `UPDATE api_key_secrets SET expires_at = min(coalesce(expires_at, ?1), ?1) WHERE key = ?2`
