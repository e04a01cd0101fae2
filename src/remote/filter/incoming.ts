import { Refused } from './context.ts'
import type { FilterContext } from './context.ts'
import { code, failed } from './message.ts'
import { isJsonObject } from '../../turn/json-object.ts'
import type { JsonObject } from '../../turn/json-object.ts'
import type { Message } from './message.ts'
import { methods } from './methods.ts'
import type { MethodRule } from './methods.ts'
import { shellCommand, toldAsFailed } from './shell-command.ts'

/** What becomes of a request of a client: it is passed on, perhaps changed, or answered here with these messages. */
export type Incoming =
  | { readonly kind: 'passed'; readonly message: object }
  | { readonly kind: 'answered'; readonly messages: readonly object[]; readonly refused: string }

/** Checks a request after `initialize`. Whatever is not allowed is refused. */
export function incoming({ id, method = '', params }: Message, context: FilterContext): Incoming {
  if (method === shellCommand) return answered(method, ...toldAsFailed(id, params))
  const rule = Object.hasOwn(methods, method) ? methods[method] : undefined
  if (!rule)
    return answered(
      method,
      failed(id, code.unknownMethod, `${method.slice(0, 100)} is not available through this gateway.`)
    )
  try {
    const checked = checkedParams(params, rule, context)
    return { kind: 'passed', message: { id, method, ...(checked !== undefined && { params: checked }) } }
  } catch (error) {
    if (error instanceof Refused) return answered(method, failed(id, code.invalidParams, error.message))
    throw error
  }
}

const answered = (refused: string, ...messages: object[]): Incoming => ({ kind: 'answered', messages, refused })

/** Parameters whose value is forced are set whether or not the client sent them. */
function checkedParams(params: unknown, rule: MethodRule, context: FilterContext): JsonObject | undefined {
  if (params === undefined || params === null) {
    if (Object.keys(rule.parameters).length === 0) return undefined
    return checkedParams({}, rule, context)
  }
  if (!isJsonObject(params)) throw new Refused('The parameters must be an object.')
  const unknown = Object.keys(params).find((name) => !Object.hasOwn(rule.parameters, name))
  if (unknown !== undefined) throw new Refused(`'${unknown.slice(0, 100)}' is not allowed through this gateway.`)
  const checked: JsonObject = {}
  for (const [name, check] of Object.entries(rule.parameters)) {
    if (!(name in params) && !check.isForced) continue
    const value = check(params[name], context, name)
    if (value !== undefined) checked[name] = value
  }
  return rule.together?.(checked, context) ?? checked
}
