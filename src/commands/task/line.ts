import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { taskStatuses } from '../../tasks/record.ts'
import { CommandError } from '../error.ts'

/** What to do with tasks of a running gateway. */
export type TaskAction =
  | { kind: 'run'; template: string | undefined; body: Record<string, unknown>; detach: boolean }
  | { kind: 'list'; status: string | undefined }
  | { kind: 'show' | 'cancel'; id: string }

export interface TaskCommand {
  name: 'task'
  action: TaskAction
  /** Base URL of the gateway; the settings' when left out. */
  url: string | undefined
  json: boolean
}

const usageError = (message: string) => new CommandError(`${message}. See codex-gateway --help`, 2)

const text = { type: 'string' } as const
const texts = { type: 'string', multiple: true } as const
const flag = { type: 'boolean' } as const
const options = {
  url: text,
  json: flag,
  detach: flag,
  status: text,
  template: text,
  workspace: text,
  model: text,
  effort: text,
  schema: text,
  timeout: text,
  deadline: text,
  retry: text,
  key: text,
  'when-limited': text,
  env: texts,
  file: texts,
  param: texts
} as const

/** Which options each action has beside `url` and `json`. */
const known: Record<string, readonly string[]> = {
  run: Object.keys(options).filter((name) => name !== 'status'),
  list: ['status'],
  show: [],
  cancel: []
}

type Values = ReturnType<typeof valuesIn>['values']

/** Parses what follows `task`. `env` has the values of the variables that `--env` names. Throws a `CommandError`. */
export function taskCommandFrom(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>
): TaskCommand {
  const { values, positionals } = valuesIn(args)
  const [action = '', ...operands] = positionals
  const its = known[action]
  if (its === undefined) throw usageError(`task needs one of ${Object.keys(known).join(', ')}`)
  for (const name of Object.keys(values))
    if (name !== 'url' && name !== 'json' && !its.includes(name))
      throw usageError(`task ${action} has no option --${name}`)
  return {
    name: 'task',
    action: actionFrom(action, operands, values, env),
    url: values.url,
    json: values.json ?? false
  }
}

function actionFrom(
  action: string,
  operands: readonly string[],
  values: Values,
  env: Readonly<Record<string, string | undefined>>
): TaskAction {
  const [first, ...more] = operands
  if (action === 'run') {
    const { template } = values
    if (template === undefined && first === undefined) throw usageError('task run needs a prompt, or - to read it')
    const body = template === undefined ? taskBody(operands.join(' '), values, env) : templateBody(operands, values)
    return { kind: 'run', template, body: { ...body, ...envelope(values) }, detach: values.detach ?? false }
  }
  if (action === 'list') {
    const { status } = values
    if (first !== undefined) throw usageError(`Unexpected argument for task list: ${first}`)
    if (status !== undefined && !taskStatuses.some((one) => one === status))
      throw usageError(`--status must be one of ${taskStatuses.join(', ')}`)
    return { kind: 'list', status }
  }
  if (first === undefined) throw usageError(`task ${action} needs the id of a task`)
  if (more.length > 0) throw usageError(`Unexpected argument for task ${action}: ${more[0]}`)
  return { kind: action === 'show' ? 'show' : 'cancel', id: first }
}

function taskBody(prompt: string, values: Values, env: Readonly<Record<string, string | undefined>>) {
  const { workspace, model, effort, schema, file = [], env: names = [] } = values
  return {
    prompt: prompt === '-' ? readFileSync(0, 'utf8') : prompt,
    ...{ workspace, model, effort },
    ...(schema !== undefined && { schema: jsonIn(schema) }),
    ...(names.length > 0 && { env: Object.fromEntries(names.map((name) => [name, valueOf(name, env)])) }),
    ...(file.length > 0 && {
      files: file.map((path) => ({ name: path.split('/').at(-1), data: bytesIn(path).toString('base64') }))
    })
  }
}

/** `--param name=value`: JSON where it is, else a text. */
function templateBody(operands: readonly string[], { workspace, param = [], ...others }: Values) {
  if (operands.length > 0) throw usageError(`Unexpected argument for a template: ${operands[0]}`)
  for (const name of ['model', 'effort', 'schema', 'env', 'file'] as const)
    if (others[name] !== undefined) throw usageError(`--${name} is the template's`)
  const parameters = param.map((one) => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(one) ?? []
    if (name === undefined || value === undefined) throw usageError('--param needs NAME=VALUE')
    return [name, valueIn(value)] as const
  })
  return { workspace, parameters: Object.fromEntries(parameters) }
}

function envelope({ timeout, deadline, retry, key, 'when-limited': whenLimited }: Values) {
  if (timeout !== undefined && !/^\d{1,9}$/.test(timeout)) throw usageError('--timeout must be a number of seconds')
  return {
    ...(timeout !== undefined && { timeoutSeconds: Number(timeout) }),
    ...{ deadline, retry, whenLimited, idempotencyKey: key }
  }
}

/** A value on a command line could be read by everybody, so that only its name is there. */
function valueOf(name: string, env: Readonly<Record<string, string | undefined>>): string {
  const value = env[name]
  if (value === undefined) throw usageError(`--env ${name.split('=')[0]}: there is no such variable in the environment`)
  return value
}

function jsonIn(path: string): unknown {
  try {
    return JSON.parse(bytesIn(path).toString()) as unknown
  } catch (error) {
    if (error instanceof CommandError) throw error
    throw usageError(`${path} is no JSON`)
  }
}

function bytesIn(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw usageError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}

function valueIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

function valuesIn(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options })
  } catch (error) {
    throw usageError((error as Error).message.split('. ')[0] ?? '')
  }
}
