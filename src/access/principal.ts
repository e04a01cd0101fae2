import { hash } from 'node:crypto'
import type { ApiKey } from './api-key.ts'

/** Who calls, and what it may do. */
export interface Principal {
  /** The owner of everything stored for it: its name, `key_` and 32 hex digits of the hash of an unnamed token, or `anonymous`. */
  readonly id: string
  /** For logs and metrics: the id, but with 8 hex digits for an unnamed token. Never part of a token. */
  readonly name: string
  /** Ids of the workspaces that its token names; `all`: it names none, and those that are open to it count. */
  readonly workspaces: 'all' | readonly string[]
  /** What it may do, by name. */
  readonly scopes: 'all' | readonly string[]
  /** Bounds of its own, in place of the gateway's. */
  readonly limits: PrincipalLimits
  /** What it calls with, where that is a key that the gateway has given out. */
  readonly key?: PrincipalKey | undefined
}

/** What a key tells of itself, and what it narrows. */
export type PrincipalKey = Pick<ApiKey, 'id' | 'name' | 'models' | 'apis' | 'expiresAt'>

export interface PrincipalLimits {
  readonly requestsPerMinute?: number | undefined
}

/** Everybody, where no token is required. */
export const anonymous: Principal = principalOf('anonymous')

/** A token, and whom it is for. */
export interface Credential {
  token: string
  /** The principal that it belongs to, if it has a name. */
  name?: string | undefined
  /** The workspaces that may be used with it; left out: all that are open to its principal. */
  workspaces?: readonly string[] | undefined
  /** What may be done with it; left out: all but what shows others' usage. */
  scopes?: readonly string[] | undefined
}

/** The principal behind a token: the one of that name, or, without a name, one for this token alone. */
export function principalFrom({ token, name, workspaces, scopes }: Credential): Principal {
  return principalOf(name ?? `key_${digestOf(token).slice(0, 32)}`, workspaces, scopes)
}

/** What the log and the metrics call the principal with this id. */
export function principalName(id: string): string {
  return /^key_[0-9a-f]{32}$/.test(id) ? id.slice(0, 12) : id
}

/** SHA-256 in hex: what is stored of a token. */
export function digestOf(token: string): string {
  return hash('sha256', token, 'hex')
}

/** The owner that records of this token had before tokens had names. */
export function legacyOwnerOf(token: string): string {
  return `key_${digestOf(token).slice(0, 8)}`
}

/** The principal of this name, as somebody else vouches for it. What is left out is all. */
export function namedPrincipal(
  name: string,
  { workspaces, scopes }: { workspaces?: readonly string[] | undefined; scopes?: readonly string[] | undefined }
): Principal {
  return principalOf(name, workspaces, scopes)
}

/** The principal that calls with a key. */
export function keyPrincipal(key: ApiKey): Principal {
  const { id, name, models, apis, expiresAt } = key
  const base = principalOf(key.principal, key.workspaces, key.scopes)
  return Object.freeze({ ...base, key: { id, name, models, apis, expiresAt } })
}

/** Whether somebody may be called so: `anonymous`, and what begins with `key_`, are ids of those who have no name. */
export function isPrincipalName(text: string): boolean {
  return /^[A-Za-z\d][\w.-]{0,63}$/.test(text) && !/^(key_|anonymous$)/.test(text)
}

function principalOf(
  id: string,
  workspaces: Principal['workspaces'] = 'all',
  scopes: Principal['scopes'] = 'all'
): Principal {
  return Object.freeze({ id, name: principalName(id), workspaces, scopes, limits: {} })
}
