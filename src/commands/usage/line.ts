import { optionsOf } from '../options.ts'

/** `codex-gateway usage`, unchecked. */
export interface UsageCommand {
  name: 'usage'
  from?: string | undefined
  to?: string | undefined
  by?: string | undefined
  principal?: string | undefined
  key?: string | undefined
  form: 'table' | 'csv' | 'json'
  check: boolean
}

export function usageCommandFrom(args: readonly string[]): UsageCommand {
  const { values } = optionsOf('usage', args, {
    from: { type: 'string' },
    to: { type: 'string' },
    by: { type: 'string' },
    principal: { type: 'string' },
    key: { type: 'string' },
    csv: { type: 'boolean' },
    json: { type: 'boolean' },
    check: { type: 'boolean' }
  })
  const { csv, json, check = false, ...asked } = values
  return { name: 'usage', ...asked, form: csv ? 'csv' : json ? 'json' : 'table', check }
}
