import { problemsWith } from '../json-schema/validate.ts'
import { GatewayError } from '../turn/error.ts'
import type { Effort, SandboxMode } from '../turn/request.ts'

/** A task that the operator has defined; callers send its parameters. */
export interface TaskTemplate {
  name: string
  /** With `{{parameter}}` for what callers send. */
  prompt: string
  /** JSON schemas of the parameters, by name. */
  parameters: Readonly<Record<string, Record<string, unknown>>>
  /** All when left out. */
  required?: readonly string[] | undefined
  schema?: Record<string, unknown> | undefined
  workspace?: string | undefined
  model?: string | undefined
  effort?: Effort | undefined
  sandbox?: SandboxMode | undefined
  timeout_seconds?: number | undefined
  max_active?: number | undefined
  /** From the name of a variable to that of the parameter which is its value. */
  env: Readonly<Record<string, string>>
  when_limited?: 'fail' | 'wait' | undefined
  retry?: 'never' | 'safe' | undefined
}

/** Throws where a parameter is missing, unknown or wrong, and names it. */
export function filledTemplate(
  template: TaskTemplate,
  sent: Readonly<Record<string, unknown>>
): { prompt: string; env: Record<string, string> } {
  const { parameters, required = Object.keys(parameters) } = template
  for (const name of Object.keys(sent))
    if (!Object.hasOwn(parameters, name)) throw wrong(name, `'${template.name}' has no such parameter`)
  for (const name of required)
    if (sent[name] === undefined || sent[name] === null)
      throw new GatewayError('invalid_request', `Missing required parameter: '${name}'.`, {
        param: name,
        reason: 'missing_field'
      })
  for (const [name, value] of Object.entries(sent)) {
    const [problem] = value === null ? [] : problemsWith(parameters[name] ?? {}, value)
    if (problem !== undefined) throw wrong(name, problem.replace(/^#: /, '').slice(0, 300))
  }
  const env = Object.entries(template.env).flatMap(([variable, name]) =>
    sent[name] === undefined || sent[name] === null ? [] : [[variable, textOf(sent[name])] as const]
  )
  return { prompt: promptOf(template, sent), env: Object.fromEntries(env) }
}

/** What a parameter says is not looked through for further placeholders. */
function promptOf({ prompt }: TaskTemplate, sent: Readonly<Record<string, unknown>>): string {
  return prompt.replaceAll(/\{\{\s*([A-Za-z_]\w*)\s*\}\}/g, (_, name: string) => textOf(sent[name]))
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

const wrong = (name: string, why: string) =>
  new GatewayError('invalid_request', `Invalid value for '${name.slice(0, 64)}': ${why}.`, { param: name.slice(0, 64) })
