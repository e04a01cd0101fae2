// Lets a process that a test starts import TypeScript: node --import …/typescript.mjs
import { readFileSync } from 'node:fs'
import { register } from 'node:module'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import { transformSync } from 'rolldown/utils'

if (isMainThread) register(import.meta.url)

/** `await using` becomes calls of a helper in `@oxc-project/runtime`. */
export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context)
  const path = fileURLToPath(url)
  const { code, errors } = transformSync(path, readFileSync(path, 'utf8'), { target: 'node20' })
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors.map(({ message }) => message).join(' ')}`)
  return { format: 'module', source: code, shortCircuit: true }
}
