import { keyApis } from '../../access/apis.ts'
import { isPrincipalName } from '../../access/principal.ts'
import type { NewKey } from '../../access/api-keys.ts'
import { limitForm, limitFrom } from '../../turn/limit.ts'
import { isWorkspaceId } from '../../turn/workspace-id.ts'
import { usageError } from '../options.ts'
import type { KeyWish } from './line.ts'

/** Checks what a new key is to be; times in Unix seconds. Throws a `CommandError`. */
export function newKeyFrom(name: string, wish: KeyWish, now: number): NewKey {
  const principal = wish.principal ?? name
  const rule = 'is 1 to 64 letters, digits, ".", "_" and "-", and begins with a letter or a digit'
  if (!isPrincipalName(name)) throw usageError(`A name ${rule}`)
  if (!isPrincipalName(principal)) throw usageError(`--principal ${rule}`)
  const workspaces = listFrom(wish.workspaces)
  if (workspaces?.some((id) => !isWorkspaceId(id))) throw usageError('--workspaces takes ids of workspaces: a,b')
  const apis = listFrom(wish.apis)
  const unknown = apis?.find((api) => !keyApis.some((name) => name === api))
  if (unknown !== undefined) throw usageError(`--apis takes ${keyApis.join(', ')}, not ${unknown}`)
  if (wish.limit?.some((limit) => !limitFrom(limit))) throw usageError(`--limit takes ${limitForm}`)
  return {
    ...{ name, principal, workspaces, apis },
    expiresAt: wish.expires === undefined ? undefined : expiryFrom(wish.expires, now),
    models: listFrom(wish.models),
    limits: wish.limit,
    scopes: listFrom(wish.scopes) ?? ['api']
  }
}

const units = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 } as const

/** Seconds of a text such as `90d`; undefined for anything else. */
export function secondsFrom(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,6})([smhdw])$/.exec(text) ?? []
  return count === undefined ? undefined : Number(count) * units[unit as keyof typeof units]
}

function expiryFrom(text: string, now: number): number {
  const seconds = secondsFrom(text)
  const at = seconds === undefined ? Date.parse(text) / 1000 : now + seconds
  if (!Number.isFinite(at) || at <= now) throw usageError('--expires takes a time to come: 90d, 12h or 2027-01-01')
  return Math.floor(at)
}

function listFrom(text: string | undefined): string[] | undefined {
  const parts = text?.split(',').flatMap((part) => part.trim() || [])
  if (parts?.length === 0) throw usageError('A list is names, separated by commas')
  return parts && [...new Set(parts)]
}
