import { optionsOf, usageError } from '../options.ts'

/** `codex-gateway key …`, unchecked. */
export type KeyCommand = { name: 'key' } & (
  | { action: 'create'; keyName: string; wish: KeyWish; json: boolean }
  | { action: 'list'; json: boolean }
  | { action: 'rotate'; key: string; grace: string | undefined }
  | { action: 'revoke'; key: string }
)

/** What a new key is to be, as it stands in the line. */
export interface KeyWish {
  principal?: string | undefined
  expires?: string | undefined
  models?: string | undefined
  workspaces?: string | undefined
  apis?: string | undefined
  scopes?: string | undefined
  limit?: string[] | undefined
}

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
const wish = {
  principal: text,
  expires: text,
  models: text,
  workspaces: text,
  apis: text,
  scopes: text,
  limit: { type: 'string', multiple: true }
} as const

export function keyCommandFrom([action, ...args]: readonly string[]): KeyCommand {
  switch (action) {
    case 'create': {
      const { values, positionals } = optionsOf('key create', args, { ...wish, json: flag }, 1)
      const { json = false, ...wished } = values
      return { name: 'key', action, keyName: named(positionals, 'create'), wish: wished, json }
    }
    case 'list':
      return { name: 'key', action, json: optionsOf('key list', args, { json: flag }).values.json ?? false }
    case 'rotate': {
      const { values, positionals } = optionsOf('key rotate', args, { grace: text }, 1)
      return { name: 'key', action, key: named(positionals, 'rotate'), grace: values.grace }
    }
    case 'revoke':
      return { name: 'key', action, key: named(optionsOf('key revoke', args, {}, 1).positionals, 'revoke') }
    default:
      throw usageError(`key takes create, list, rotate or revoke${action === undefined ? '' : `, not ${action}`}`)
  }
}

function named([name]: readonly string[], action: string): string {
  if (name === undefined)
    throw usageError(`key ${action} takes the ${action === 'create' ? 'name of the key' : 'id or name of a key'}`)
  return name
}
