import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { readHomesStore } from './homes-store.ts'
import type { HomesStore } from './homes-store.ts'
import { readJwtSecretFile } from './jwt-file.ts'
import { readTasksFile } from './tasks-file.ts'
import { readLimitsFile } from './limits-file.ts'
import { readPricesFile } from './prices-file.ts'
import { readRevokedFile } from './revoked-file.ts'
import { isToken, readTokenFile } from './token-file.ts'
import { readSecret } from './secret-file.ts'
import { readWorkspacesFile } from './workspaces-file.ts'

export const text = z.string()
export const optionalText = z.string().transform((value) => (value === '' ? undefined : value))
export const list = z.string().transform((value) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
)
export const path = z.string().transform((value, context) => absolute(value, context))
export const optionalPath = z
  .string()
  .transform((value, context) => (value === '' ? undefined : absolute(value, context)))
export const choice = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.string().pipe(z.enum(values, { error: `must be one of ${values.join(', ')}` }))
/** codex-cli 0.169 ends every turn with an error where it finds `untrusted`. */
export const approvalPolicy = z
  .string()
  .refine((value) => value !== 'untrusted', 'must be never or on-request: codex no longer supports untrusted')
  .pipe(choice(['never', 'on-request']))
/** A list of what `approvalPolicy` takes, with at least one. */
export const approvalPolicies = list.pipe(z.array(approvalPolicy).min(1, 'must name at least one of never, on-request'))
export const integer = (low: number, high: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(low, `must be at least ${low}`).max(high, `must be at most ${high}`))
export const flag = z.string().transform((value, context) => {
  if (/^(1|true|yes|on)$/i.test(value)) return true
  if (/^(0|false|no|off)$/i.test(value)) return false
  context.addIssue({ code: 'custom', message: 'must be 1 or 0' })
  return z.NEVER
})

/** A path as it is meant: `~` is the home, and everything else is seen from the working directory. */
export function absolute(value: string, context: z.RefinementCtx): string {
  if (!/^~(\/|$)/.test(value)) return resolve(value)
  try {
    return join(homedir(), value.slice(1))
  } catch {
    context.addIssue({ code: 'custom', message: 'begins with ~, but this user has no home folder' })
    return z.NEVER
  }
}

export const tokens = list.refine(
  (values) => values.every(isToken),
  'must hold tokens of printable ASCII without spaces'
)
/** A file that is read at once; `read` throws an `Error` whose message continues the name of the setting. */
export const fileReadBy = <T>(read: (path: string) => T) =>
  optionalPath.transform((value, context) => {
    try {
      return value === undefined ? undefined : read(value)
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message })
      return z.NEVER
    }
  })
export const tokenFile = fileReadBy(readTokenFile)
export const workspacesFile = fileReadBy(readWorkspacesFile)
export const tasksFile = fileReadBy(readTasksFile)
/** Its path: what is in it is read when it is needed, but whether it can be read is known at once. */
export const privateFile = fileReadBy((path) => (readSecret(path), path))
/** Undefined where none is named. */
export const homesStore = z.string().transform((written, context): HomesStore | undefined => {
  try {
    return written === '' ? undefined : readHomesStore(written, (one) => absolute(one, context))
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message })
    return z.NEVER
  }
})
export const limitsFile = fileReadBy(readLimitsFile)
export const pricesFile = fileReadBy(readPricesFile)
export const revokedFile = fileReadBy(readRevokedFile)
export const jwtSecretFile = fileReadBy(readJwtSecretFile)

export const absoluteUrl = (value: string | undefined) =>
  value === undefined || (URL.canParse(value) && /^https?:/.test(value))
