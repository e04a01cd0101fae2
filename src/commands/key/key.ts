import { ApiKeys } from '../../access/api-keys.ts'
import type { ApiKey } from '../../access/api-key.ts'
import { storeFor } from '../../app/storage.ts'
import { configFrom } from '../../config/config.ts'
import { environmentWith } from '../environment.ts'
import { CommandError } from '../error.ts'
import { usageError } from '../options.ts'
import type { KeyCommand } from './line.ts'
import { newKeyFrom, secondsFrom } from './new-key.ts'

/** Seconds that the old secret of a rotated key is valid. */
const usualGrace = '24h'

/** Makes, lists and ends keys in the store, beside a running gateway, which knows of it within 250 ms. */
export function key(command: KeyCommand): void {
  using store = storeFor(configFrom(environmentWith({})))
  const keys = new ApiKeys(store)
  const now = Math.floor(Date.now() / 1000)
  switch (command.action) {
    case 'create': {
      const made = keys.create(newKeyFrom(command.keyName, command.wish, now))
      if (command.json) return print(JSON.stringify({ ...shown(made.key, now), secret: made.secret }, null, 2))
      process.stderr.write(`${made.key.id}, for ${made.key.principal}. Its secret is shown this once:\n`)
      return print(made.secret)
    }
    case 'list':
      return print(
        command.json
          ? JSON.stringify(
              keys.list().map((one) => shown(one, now)),
              null,
              2
            )
          : table(keys.list(), now)
      )
    case 'rotate': {
      const grace = command.grace ?? usualGrace
      const seconds = grace === '0' ? 0 : secondsFrom(grace)
      if (seconds === undefined) throw usageError('--grace takes a time: 24h, 30m or 0')
      const found = keyNamed(keys, command.key)
      const secret = keys.rotate(found.id, seconds)
      process.stderr.write(
        `${found.id}, for ${found.principal}. What it had is valid for ${grace}. Its new secret is shown this once:\n`
      )
      return print(secret)
    }
    case 'revoke': {
      const found = keyNamed(keys, command.key)
      keys.revoke(found.id)
      return print(`${found.id} (${found.name}) is revoked`)
    }
  }
}

function keyNamed(keys: ApiKeys, name: string): ApiKey {
  const found = keys.named(name)
  if (!found) throw new CommandError(`There is no key ${name}, or several have this name; codex-gateway key list`)
  if (found.revokedAt !== undefined) throw new CommandError(`${found.id} was revoked`)
  return found
}

const dateOf = (seconds: number | undefined) => (seconds === undefined ? null : new Date(seconds * 1000).toISOString())

function shown({ createdAt, expiresAt, revokedAt, models, workspaces, apis, limits, ...key }: ApiKey, now: number) {
  const status = revokedAt !== undefined ? 'revoked' : (expiresAt ?? Infinity) <= now ? 'expired' : 'active'
  return {
    ...key,
    status,
    created_at: dateOf(createdAt),
    expires_at: dateOf(expiresAt),
    revoked_at: dateOf(revokedAt),
    ...{ models: models ?? null, workspaces: workspaces ?? null, apis: apis ?? null, limits: limits ?? null }
  }
}

function table(keys: readonly ApiKey[], now: number): string {
  if (keys.length === 0) return 'There are no keys; codex-gateway key create NAME makes one'
  const rows = keys.map((one) => {
    const { id, name, principal, hint, status, expires_at: expires, models, workspaces, apis, limits } = shown(one, now)
    const only = Object.entries({ models, workspaces, apis, limits }).flatMap(([what, list]) =>
      list ? `${what} ${list.join(',')}` : []
    )
    return [id, name, principal, hint, status, expires?.slice(0, 10) ?? 'never', only.join('; ')]
  })
  const all = [['id', 'name', 'principal', 'secret', 'status', 'expires', 'only for'], ...rows]
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)))
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd()
    )
    .join('\n')
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
