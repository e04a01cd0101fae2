import type { TurnFrame, TurnObserver } from '../threads/observer.ts'
import { GatewayError } from '../turn/error.ts'
import type { TurnRequest } from '../turn/request.ts'
import { noUsage } from '../turn/usage.ts'
import type { Usage } from '../turn/usage.ts'
import type { SessionStatus } from './status.ts'
import type { TurnError } from './turn-end.ts'

/** Billionths of a dollar that a response costs; undefined where no price of its model is known. */
export type CostOf = (
  request: Pick<TurnRequest, 'model' | 'workspace' | 'serviceTier'>,
  usage: Usage
) => number | undefined

/** A session with what it may spend, and has spent. */
export interface Spender {
  readonly made: { readonly spendLimit?: number | undefined }
  readonly status: Pick<SessionStatus, 'spent'>
  setStatus: (change: Pick<SessionStatus, 'spent'>) => void
  store: () => void
}

/** Billionths of a dollar in a cent. */
const cent = 10_000_000

/** Why a turn ends that has reached the limit of its session. */
export const budgetError = {
  code: 'session_budget_exceeded',
  message: 'This session has spent what its `spend_control` allows.'
} as const

/** What a session may spend and has spent, in US cents, as the API shows it; nothing where there is no limit. */
export const shownSpending = ({ spendLimit }: Spender['made'], { spent }: Spender['status']) =>
  spendLimit === undefined ? {} : { spend_control: { limit: spendLimit, consumed: Math.floor(spent / cent) } }

/** Whether nothing is left of what a session may spend. */
export const isSpent = ({ made: { spendLimit }, status: { spent } }: Pick<Spender, 'made' | 'status'>): boolean =>
  spendLimit !== undefined && spent >= spendLimit * cent

/** Throws where a session has spent what it may. */
export function checkSpending(session: Pick<Spender, 'made' | 'status'>): void {
  if (!isSpent(session)) return
  const message = `${budgetError.message} Raise its limit, or remove it, by an update of the session.`
  throw new GatewayError('invalid_request', message, { param: 'spend_control.limit', reason: budgetError.code })
}

/** Throws where a session has a limit, and the price of its model is not known any more. */
export function checkPriced(
  { made }: Pick<Spender, 'made'>,
  { model, serviceTier, workspace }: Parameters<CostOf>[0],
  costOf: CostOf
): void {
  if (made.spendLimit === undefined || costOf({ model, serviceTier, workspace }, noUsage) !== undefined) return
  const message = `This session has a limit on what it spends, and what ${model ?? 'its model'} costs is not known any more.`
  throw new GatewayError('invalid_request', message, { param: 'spend_control.limit' })
}

/** The turn of a session, with what its answers cost, which ends it before its next request where nothing is left. One whose answer is complete is over anyway. */
export function withSpending(
  session: Spender,
  turn: Required<Omit<TurnObserver, 'used'>> & { fail: (error: TurnError) => void },
  costOf: CostOf
): TurnObserver {
  const { asked, called, child, ended } = turn
  let isAnswered = false
  let isSpared = false
  const noted = (frame: TurnFrame) => {
    if (frame.method === 'item/completed') isAnswered = isAnswer(frame.params)
    turn.noted(frame)
  }
  const used: TurnObserver['used'] = (event, request) => {
    if (event.type !== 'usage.counted') return
    session.setStatus({ spent: session.status.spent + (costOf(request, event.usage) ?? 0) })
    if (session.made.spendLimit !== undefined) session.store()
    if (!isSpent(session)) return
    const isLast = event.root_turn_id === undefined && isAnswered
    if (isSpared || !isLast) turn.fail(budgetError)
    else isSpared = true
  }
  return { noted, asked, called, child, ended, used }
}

/** Whether the item that is complete may be the answer. What a response takes is reported when its calls have ended (codex-cli 0.169). */
function isAnswer(params: object): boolean {
  const { item } = params as { item?: { type?: unknown; phase?: unknown } }
  return item?.type === 'agentMessage' && item.phase !== 'commentary'
}
