/** What the notifications of a turn contain between them. */
export interface Params {
  turnId?: unknown
  itemId?: unknown
  delta?: unknown
  summaryIndex?: unknown
  item?: unknown
  turn?: { id?: unknown; status?: unknown; error?: { message?: unknown } | null } | null
  error?: { additionalDetails?: unknown } | null
  willRetry?: unknown
  plan?: unknown
}

export function isDelta(params: Params): params is { itemId: string; delta: string } {
  return typeof params.itemId === 'string' && typeof params.delta === 'string'
}
