import type { ApiContext } from '../../http/api.ts'

/** Seconds that one request may wait. */
const longest = 600

/** Milliseconds to wait for what is asked for, from `Prefer: wait=SECONDS` (RFC 7240); 0 without. Says in the answer that it is done. */
export function preferredWait(ctx: ApiContext): number {
  const [, asked] = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?(?=$|[,;\s])/i.exec(ctx.get('prefer')) ?? []
  if (asked === undefined) return 0
  const seconds = Math.min(Number(asked), longest)
  ctx.set('preference-applied', `wait=${seconds}`)
  return seconds * 1000
}
