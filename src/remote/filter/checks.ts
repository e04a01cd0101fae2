import { isDeepStrictEqual } from 'node:util'
import { Refused } from './context.ts'
import type { FilterContext } from './context.ts'
import { isJsonObject } from '../../turn/json-object.ts'

/** What becomes of a parameter: what is passed on, or `undefined` for one that is left out. Throws `Refused`. `at` names it. */
export interface Check {
  (value: unknown, context: FilterContext, at: string): unknown
  /** It is asked for a value also where the client sent none. */
  readonly isForced?: true
}

/** Codex checks it itself, and it reaches nothing beyond the thread. */
export const any: Check = (value) => value

/** Left out, whatever it is: a refusal would end the TUI, which sends it. */
export const dropped: Check = () => undefined

/** Only what asks for nothing. */
export const empty: Check = (value, _context, at) => {
  const isEmpty = value === false || [null, [], {}].some((nothing) => isDeepStrictEqual(value, nothing))
  if (!isEmpty) throw new Refused(`'${at}' is not allowed through this gateway.`)
  return undefined
}

/** The gateway's value in place of the client's. */
export const forced = (valueFrom: (context: FilterContext) => unknown): Check =>
  Object.assign((_value: unknown, context: FilterContext) => valueFrom(context), { isForced: true as const })

export const model: Check = (value, { models }, at) => {
  if (models === undefined || value === null || value === undefined || models.some((one) => one === value)) return value
  throw new Refused(
    `'${at}': the model ${JSON.stringify(value)} is not offered in this workspace. There are: ${models.join(', ')}.`
  )
}

/** The usual model in place of one that is not offered. */
export const modelOrUsual: Check = (value, context) => {
  const { models } = context
  return models === undefined || models.some((one) => one === value) ? value : undefined
}

/** It names a model, too. */
export const collaborationMode: Check = (value, context, at) => {
  if (value === null || value === undefined) return value
  if (!isJsonObject(value) || !isJsonObject(value['settings']))
    throw new Refused(`'${at}' must be an object with settings.`)
  model(value['settings']['model'], context, `${at}.settings.model`)
  return value
}

/** A person answers what codex asks; a model that did it would not be the one who is let in. */
export const reviewer: Check = (value, _context, at) => {
  if (value === null || value === undefined || value === 'user') return value
  throw new Refused(`'${at}' must be user: only people approve through this gateway.`)
}

export const reviewerOrUser: Check = (value) => (value === 'user' ? value : undefined)

const inputTypes = ['text', 'mention', 'skill', 'image']

/** What a user sends: no path of this machine, and nothing that it would have to fetch. */
export const input: Check = (value, _context, at) => {
  if (!Array.isArray(value)) throw new Refused(`'${at}' must be an array.`)
  const parts: readonly unknown[] = value
  for (const [index, part] of parts.entries()) checkPart(part, `${at}[${index}]`)
  return parts
}

function checkPart(part: unknown, at: string): void {
  if (!isJsonObject(part) || !inputTypes.includes(String(part['type'])))
    throw new Refused(`'${at}' must be text, a mention, a skill, or an image by its data URL.`)
  if (part['type'] !== 'image') return
  const { url } = part
  if (typeof url !== 'string' || !/^data:image\//i.test(url) || 'fileId' in part || 'path' in part)
    throw new Refused(`'${at}' must be an image by its data URL: this machine opens no file and fetches nothing.`)
}

/** No option of `git`, which looks the branch or the commit up. */
export const reviewTarget: Check = (value, _context, at) => {
  if (!isJsonObject(value)) throw new Refused(`'${at}' must be an object.`)
  const { branch, sha } = value
  if ([branch, sha].some((name) => typeof name === 'string' && name.startsWith('-')))
    throw new Refused(`'${at}' must name a branch or a commit.`)
  return value
}
