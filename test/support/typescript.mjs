// Lets a process that a test starts import TypeScript: node --import …/typescript.mjs
import { readFileSync } from 'node:fs'
import { createRequire, register } from 'node:module'
import { isMainThread } from 'node:worker_threads'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { transformSync } from 'rolldown/utils'

if (isMainThread) register(import.meta.url)

const require = createRequire(import.meta.url)

/** `await using` becomes calls of a helper, which is a package of this project. */
export async function resolve(specifier, context, next) {
  if (!specifier.startsWith('@oxc-project/runtime/')) return next(specifier, context)
  return { url: pathToFileURL(require.resolve(specifier)).href, shortCircuit: true }
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context)
  const path = fileURLToPath(url)
  const { code, errors } = transformSync(path, readFileSync(path, 'utf8'), { target: 'node20' })
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors.map(({ message }) => message).join(' ')}`)
  return { format: 'module', source: code, shortCircuit: true }
}
