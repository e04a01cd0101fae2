import { answerTo } from '../codex/app-server/answers.ts'
import type { Reply } from '../codex/wire/json-rpc.ts'
import type { Question } from './observer.ts'

/** What app-server asks, with how it may be answered. */
export const questionOf = (method: string, params: object, answer: (reply: Reply) => void): Question => ({
  method,
  params,
  answer: (result) => answer({ result }),
  decline: () => answer(answerTo(method))
})

/** Elicitations need not name a turn (codex-cli 0.169); there is only one on a thread. */
export const isOf = (turnId: string | undefined, params: { turnId?: unknown }) =>
  turnId !== undefined && (params.turnId ?? turnId) === turnId
