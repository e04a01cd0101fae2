import { z } from 'zod'
import type { TurnRecord } from './record.ts'
import { turnErrorFromAppServer } from '../codex/app-server/failure.ts'

/** A turn in app-server's words (codex-cli 0.169). Times are Unix seconds, `durationMs` milliseconds. */
export const turnView = z.looseObject({
  id: z.string(),
  status: z.enum(['inProgress', 'completed', 'interrupted', 'failed']),
  items: z.array(z.looseObject({ type: z.string(), id: z.string() })).meta({ description: 'In app-server’s words.' }),
  itemsView: z
    .enum(['notLoaded', 'summary', 'full'])
    .meta({ description: '`summary`: the oldest items are left out.' }),
  error: z
    .looseObject({ code: z.string(), message: z.string() })
    .nullable()
    .meta({ description: 'Why it failed. `codexErrorInfo` is app-server’s word for it.' }),
  startedAt: z.number().nullable(),
  completedAt: z.number().nullable(),
  durationMs: z.number().nullable()
})

export type TurnView = z.output<typeof turnView>

/** `codexErrorInfo`: a word, or an object of one word that holds the provider's HTTP status. */
const info = z
  .union([z.string().max(64), z.record(z.string().max(64), z.object({ httpStatusCode: z.number().nullish() }))])
  .nullish()
  .catch(null)
const fromCodex = z.looseObject({
  id: z.string(),
  status: turnView.shape.status.catch('inProgress'),
  items: z.array(z.looseObject({ type: z.string(), id: z.string() })).catch([]),
  itemsView: turnView.shape.itemsView.catch('full'),
  error: z.looseObject({ codexErrorInfo: info }).nullish().catch(null),
  startedAt: z.number().nullish().catch(null),
  completedAt: z.number().nullish().catch(null),
  durationMs: z.number().nullish().catch(null)
})

/** A turn of app-server's as callers see it; undefined for what is none. */
export function turnViewFrom(value: unknown, retryAfter?: () => number | undefined): TurnView | undefined {
  const turn = fromCodex.safeParse(value).data
  if (turn === undefined) return undefined
  const { id, status, items, itemsView, error, startedAt = null, completedAt = null, durationMs = null } = turn
  return { id, status, items, itemsView, error: errorView(error, retryAfter), startedAt, completedAt, durationMs }
}

/** A turn that the gateway has stored, with the items that codex has. */
export function turnViewOf(
  { id, status, error, startedAt, endedAt }: TurnRecord,
  items: TurnView['items'],
  isWhole: boolean
): TurnView {
  return {
    id,
    status,
    items,
    itemsView: isWhole ? 'full' : 'summary',
    error,
    startedAt: Math.floor(startedAt / 1000),
    completedAt: endedAt === null ? null : Math.floor(endedAt / 1000),
    durationMs: endedAt === null ? null : endedAt - startedAt
  }
}

/** An error of app-server's in our words: its own may hold what the provider answered, and addresses. */
export function errorView(value: unknown, retryAfter: () => number | undefined = () => undefined): TurnView['error'] {
  if (typeof value !== 'object' || value === null) return null
  const { codexErrorInfo } = z.object({ codexErrorInfo: info }).safeParse(value).data ?? {}
  const { code, message, retry_after } = turnErrorFromAppServer(value, retryAfter)
  return {
    code,
    message,
    codexErrorInfo: codexErrorInfo ?? null,
    ...(retry_after !== undefined && { retryAfter: retry_after })
  }
}
