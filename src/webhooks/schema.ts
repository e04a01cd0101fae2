import type { Schema } from '../store/schema.ts'

/**
 * Times are Unix milliseconds. `webhook_endpoints`: `event_types` is a JSON array; until `former_until` is over, what is sent is signed
 * with `former_secret` too. `webhook_deliveries`: goes to the endpoint, or else to `url`, and is signed with the endpoint's secret, with
 * `secret`, or with the operator's where that is null; secrets are sealed, but for those of gateways before 0.2; `holder` is the mark of the gateway that is sending it, see `store/presence.ts`.
 * Gateways with stores of their own share endpoints. What is to be sent belongs to the one where it happened, and goes when its endpoint is deleted anywhere.
 */
export const webhooksSchema: Schema = {
  module: 'webhooks',
  rows: [{ table: 'webhook_endpoints', key: ['id'], own: ['sequence'], once: true }],
  steps: [
    `CREATE TABLE webhook_endpoints (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL,
      name TEXT NOT NULL, url TEXT NOT NULL, event_types TEXT NOT NULL, secret TEXT NOT NULL,
      former_secret TEXT, former_until INTEGER NOT NULL DEFAULT 0,
      created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL);
    CREATE INDEX webhook_endpoints_by_owner ON webhook_endpoints (owner, sequence);
    CREATE TABLE webhook_deliveries (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, owner TEXT NOT NULL,
      endpoint TEXT REFERENCES webhook_endpoints (id) ON DELETE CASCADE, url TEXT, secret TEXT,
      body TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL, holder TEXT);
    CREATE INDEX webhook_deliveries_due ON webhook_deliveries (holder, due_at);
    CREATE INDEX webhook_deliveries_by_owner ON webhook_deliveries (owner);
    CREATE INDEX webhook_deliveries_by_endpoint ON webhook_deliveries (endpoint)`
  ]
}
