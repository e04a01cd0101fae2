// Lets a process that a test starts import TypeScript: node --import …/typescript.mjs
import { readFileSync } from 'node:fs'
import { register } from 'node:module'
import { isMainThread } from 'node:worker_threads'
import { URL } from 'node:url'
import ts from 'typescript'

if (isMainThread) register(import.meta.url)

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context)
  const { outputText } = ts.transpileModule(readFileSync(new URL(url), 'utf8'), {
    compilerOptions: { target: 'ES2022', module: 'ESNext' }
  })
  return { format: 'module', source: outputText, shortCircuit: true }
}
