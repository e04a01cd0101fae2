import { GatewayError } from '../turn/error.ts'

/** How callers name the folder of an environment. */
export const root = '/workspace'

/** Bytes of a name, and names in a path. */
const limits = { name: 255, depth: 64 }

/** The names on the way to a file below `/workspace`. Throws `invalid_request` that names the parameter. */
export function filePathFrom(path: string, param: string): string[] {
  const parts = folderPathFrom(path, param)
  const [first = ''] = parts
  const isReserved = first === '.codex' || /^\.managed-agents(-|$)/.test(first) || parts.join('/') === 'outputs'
  if (parts.length === 0 || isReserved) throw wrong(param, 'it must name a file below /workspace that is not reserved')
  return parts
}

/** The same of a folder, which may be `/workspace` itself. */
export function folderPathFrom(path: string, param: string): string[] {
  if (path !== root && !path.startsWith(`${root}/`)) throw wrong(param, 'it must begin with /workspace/')
  const parts = path.slice(root.length + 1).split('/')
  if (parts.length === 1 && parts[0] === '') return []
  const isWrong = (name: string) => ['', '.', '..'].includes(name) || Buffer.byteLength(name) > limits.name
  // eslint-disable-next-line no-control-regex
  if (parts.some(isWrong) || /[\\\u0000]/.test(path)) throw wrong(param, 'it has a name that no file can have')
  if (parts.length > limits.depth) throw wrong(param, `it has more than ${limits.depth} names`)
  return parts
}

/** What callers see of a path in an environment. */
export const shownPath = (parts: readonly string[]): string => [root, ...parts].join('/')

const wrong = (param: string, why: string) =>
  new GatewayError('invalid_request', `Invalid value for '${param}': ${why}.`, { param })
