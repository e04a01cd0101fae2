import type { z } from 'zod'
import type { ApiKey } from '../../access/api-key.ts'
import type { ApiKeys, NewKey } from '../../access/api-keys.ts'
import { anonymous } from '../../access/principal.ts'
import type { Api, ApiContext, Operation } from '../../http/api.ts'
import type { ReadBody } from '../../http/body/body.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { invalid } from '../../openai/invalid.ts'
import { pageOf, pageSchemaOf } from '../../openai/page.ts'
import { GatewayError } from '../../turn/error.ts'
import { readRequest } from '../read-request.ts'
import { limitsOperation } from './limits.ts'
import { ownKeyOperation } from './own.ts'
import { newKeyRequest, rotateRequest } from './requests.ts'
import { keyView, keyViewOf, newKeyView } from './view.ts'

export interface KeysDependencies {
  keys: ApiKeys
  ledger: Ledger
  readBody: ReadBody
}

const usualGrace = 86_400

/** Keys, for those with the scope `admin`: as `codex-gateway key` makes, lists and ends them. The caller's own, and limits. */
export function keysApi(dependencies: KeysDependencies): Api {
  return {
    operations: [
      ...listing(dependencies),
      ...changing(dependencies),
      ownKeyOperation(dependencies),
      limitsOperation(dependencies)
    ]
  }
}

const now = () => Math.floor(Date.now() / 1000)
const ids = /^ck_[a-z\d]{12}$/
const shared = { failures: [403, 404], ids } as const

function listing({ keys, readBody }: KeysDependencies): Operation[] {
  return [
    {
      method: 'get',
      path: '/api/keys',
      summary: 'All keys, the newest first, without their secrets. For those with the scope `admin`.',
      answer: pageSchemaOf(keyView),
      failures: [403],
      handle(ctx) {
        checkAdmin(ctx)
        ctx.body = pageOf(
          keys.list().map((key) => keyViewOf(key, now())),
          false
        )
      }
    },
    {
      method: 'post',
      path: '/api/keys',
      summary: 'Make a key. Its secret is in the answer, and never shown again.',
      body: newKeyRequest,
      answer: newKeyView,
      failures: [403],
      async handle(ctx) {
        checkAdmin(ctx)
        const made = keys.create(newKeyFrom(await readRequest(ctx, readBody, newKeyRequest)))
        ctx.body = { ...keyViewOf(made.key, now()), secret: made.secret }
      }
    }
  ]
}

function changing({ keys, readBody }: KeysDependencies): Operation[] {
  const path = '/api/keys/{id}'
  const found = (ctx: ApiContext): ApiKey => {
    checkAdmin(ctx)
    const key = keys.withId(ctx.params['id'] ?? '')
    if (key) return key
    throw new GatewayError('not_found', 'There is no such key.', { reason: 'unknown_resource' })
  }
  return [
    {
      ...shared,
      method: 'get',
      path,
      summary: 'A key, without its secret.',
      answer: keyView,
      handle: (ctx) => void (ctx.body = keyViewOf(found(ctx), now()))
    },
    {
      ...shared,
      method: 'delete',
      path,
      summary: 'Revoke a key. Turns that run go on.',
      answer: keyView,
      handle(ctx) {
        const { id } = found(ctx)
        keys.revoke(id)
        ctx.body = keyViewOf(found(ctx), now())
      }
    },
    {
      ...shared,
      method: 'post',
      path: `${path}/rotate`,
      summary: 'Give a key a new secret, which is in the answer; the one that it has stays valid for a while.',
      body: rotateRequest,
      answer: newKeyView,
      failures: [403, 404, 409],
      async handle(ctx) {
        const { id, revokedAt } = found(ctx)
        if (revokedAt !== undefined) throw new GatewayError('conflict', 'This key was revoked. Make a new one.')
        const { grace_seconds: grace } = await readRequest(ctx, readBody, rotateRequest, { optional: true })
        const secret = keys.rotate(id, grace ?? usualGrace)
        ctx.body = { ...keyViewOf(found(ctx), now()), secret }
      }
    }
  ]
}

function newKeyFrom({ name, principal, expires_at: at, ...restricted }: z.output<typeof newKeyRequest>): NewKey {
  if (at !== undefined && at !== null && at <= now())
    throw invalid("Invalid value for 'expires_at': it must be a time to come.", 'expires_at')
  const { models, workspaces, apis, scopes, limits } = restricted
  const orNone = (names: readonly string[] | null | undefined) => names ?? undefined
  return {
    ...{ name, principal: principal ?? name, expiresAt: at ?? undefined, models: orNone(models) },
    ...{ workspaces: orNone(workspaces), apis: orNone(apis), scopes: scopes ?? ['api'], limits: orNone(limits) }
  }
}

/** Who may make keys may be anybody: only where there are no tokens, and where its scopes say so by name. */
function checkAdmin({ state: { principal } }: ApiContext): void {
  if (principal.id === anonymous.id || (principal.scopes !== 'all' && principal.scopes.includes('admin'))) return
  throw new GatewayError('forbidden', "Keys are for callers with the scope 'admin'.", { reason: 'insufficient_scope' })
}
