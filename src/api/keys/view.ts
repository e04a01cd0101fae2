import { z } from 'zod'
import type { ApiKey } from '../../access/api-key.ts'

const list = z.array(z.string()).nullable()

/** A key without its secret. What it is restricted to is null where it is not. */
export const keyView = z.object({
  id: z.string(),
  object: z.literal('key'),
  name: z.string(),
  principal: z.string(),
  hint: z.string().meta({ description: 'The beginning and the end of its newest secret.' }),
  status: z.enum(['active', 'expired', 'revoked']),
  created_at: z.int(),
  expires_at: z.int().nullable(),
  revoked_at: z.int().nullable(),
  models: list,
  workspaces: list,
  apis: list,
  scopes: z.array(z.string()),
  limits: list
})

/** With its secret, which is in this answer alone. */
export const newKeyView = keyView.extend({ secret: z.string() })

/** `now` in Unix seconds. */
export function keyViewOf(key: ApiKey, now: number): z.output<typeof keyView> {
  const { id, name, principal, hint, createdAt, expiresAt, revokedAt, models, workspaces, apis, scopes, limits } = key
  const copied = (names: readonly string[] | undefined) => (names ? [...names] : null)
  return {
    ...{ id, object: 'key', name, principal, hint, status: statusOf(key, now) },
    ...{ created_at: createdAt, expires_at: expiresAt ?? null, revoked_at: revokedAt ?? null },
    ...{ models: copied(models), workspaces: copied(workspaces), apis: copied(apis) },
    ...{ scopes: [...scopes], limits: copied(limits) }
  }
}

function statusOf({ expiresAt = Infinity, revokedAt }: ApiKey, now: number): 'active' | 'expired' | 'revoked' {
  if (revokedAt !== undefined) return 'revoked'
  return expiresAt <= now ? 'expired' : 'active'
}
