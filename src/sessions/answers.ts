import { GatewayError } from '../turn/error.ts'
import type { Decision } from './request.ts'

/** What somebody who watches says to a question of codex. */
export interface Said {
  decision?: Decision | undefined
  /** By the id of the question. */
  answers?: Readonly<Record<string, string | readonly string[]>> | undefined
  /** What a form is filled with. */
  content?: Readonly<Record<string, unknown>> | undefined
}

/** How one kind of question may be answered (codex-cli 0.169). */
interface Answerable {
  decisions: (params: Params) => readonly Decision[]
  /** What codex is answered. Throws a `GatewayError` that names the field at fault. */
  result: (said: Said & { decision: Decision }, params: Params) => object
}

interface Params {
  availableDecisions?: unknown
  permissions?: Readonly<Record<string, unknown>> | null
  questions?: readonly { id?: unknown }[]
  mode?: unknown
}

const all: readonly Decision[] = ['accept', 'acceptForSession', 'decline', 'cancel']

/** Codex offers what it would show to people, which need not include that it may be declined (codex-cli 0.169). */
const isOffered = (decision: Decision, offered: unknown) =>
  !Array.isArray(offered) || decision === 'decline' || offered.includes(decision)

const answerables: Readonly<Record<string, Answerable>> = {
  'item/commandExecution/requestApproval': {
    decisions: ({ availableDecisions: offered }) => all.filter((one) => isOffered(one, offered)),
    result: ({ decision }) => ({ decision })
  },
  'item/fileChange/requestApproval': { decisions: () => all, result: ({ decision }) => ({ decision }) },
  'item/permissions/requestApproval': {
    decisions: () => ['accept', 'acceptForSession', 'decline'],
    result: ({ decision }, { permissions }) => ({
      permissions: decision === 'decline' ? {} : granted(permissions),
      scope: decision === 'acceptForSession' ? 'session' : 'turn'
    })
  },
  'item/tool/requestUserInput': {
    decisions: () => ['decline'],
    result: ({ answers = {} }, { questions = [] }) => ({ answers: answersTo(questions, answers) })
  },
  'mcpServer/elicitation/request': {
    decisions: ({ mode }) => (mode === 'openai/userVerification' ? [] : ['accept', 'decline', 'cancel']),
    result: ({ decision, content = {} }) => ({
      action: decision,
      content: decision === 'accept' ? content : null,
      _meta: null
    })
  }
}

/** What may be said to a question; undefined where nobody is asked. */
export function decisionsFor(method: string, params: object): readonly Decision[] | undefined {
  const decisions = Object.hasOwn(answerables, method) ? answerables[method]?.decisions(params) : undefined
  return decisions?.length === 0 ? undefined : decisions
}

/** What codex is answered. Throws a `GatewayError` where that cannot be said to this question. */
export function resultOf(method: string, params: object, said: Said): { decision: Decision; result: object } {
  const asks = method === 'item/tool/requestUserInput'
  const decision = said.decision ?? (asks && said.answers ? 'accept' : undefined)
  const allowed = decisionsFor(method, params) ?? []
  if (decision === undefined)
    throw new GatewayError('invalid_request', `Missing required parameter: '${asks ? 'answers' : 'decision'}'.`, {
      param: asks ? 'answers' : 'decision',
      reason: 'missing_field'
    })
  if (!allowed.includes(decision) && !(asks && said.answers))
    throw new GatewayError(
      'invalid_request',
      `Invalid value for 'decision': supported values are ${allowed.map((one) => `'${one}'`).join(', ')}.`,
      { param: 'decision' }
    )
  return { decision, result: answerables[method]!.result({ ...said, decision }, params) }
}

/** Exactly what was asked for, and nothing that was null. */
function granted(permissions: Params['permissions']): object {
  return Object.fromEntries(Object.entries(permissions ?? {}).filter(([, value]) => value !== null))
}

function answersTo(questions: readonly { id?: unknown }[], answers: NonNullable<Said['answers']>): object {
  const ids = questions.map(({ id }) => String(id))
  const unknown = Object.keys(answers).find((id) => !ids.includes(id))
  if (unknown !== undefined)
    throw new GatewayError(
      'invalid_request',
      `Invalid value for 'answers': there is no question ${unknown.slice(0, 64)}; there are ${ids.join(', ')}.`,
      { param: 'answers' }
    )
  return Object.fromEntries(Object.entries(answers).map(([id, answer]) => [id, { answers: [answer].flat() }]))
}
