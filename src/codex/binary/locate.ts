import { open, readFile, readdir, realpath } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { GatewayError } from '../../turn/error.ts'
import { isExecutable, programOn } from '../files/search-path.ts'

/** A codex to run. `path` is the native binary wherever a Node shim could be resolved to it. */
export interface CodexBinary {
  path: string
  source: 'CODEX_BIN' | 'PATH' | 'bundled'
}

/**
 * Finds codex: `bin`, then `codex` on `searchPath`, then the bundled package.
 * Throws `engine_stopped` with what to do when there is none.
 */
export async function locateCodex(bin: string | undefined, searchPath = ''): Promise<CodexBinary> {
  if (bin !== undefined) {
    if (!(await isExecutable(bin)))
      throw new GatewayError('engine_stopped', `CODEX_BIN names ${bin}, which is not an executable file.`)
    return { path: await nativeBinary(bin), source: 'CODEX_BIN' }
  }
  const onPath = await programOn(searchPath, 'codex')
  if (onPath !== undefined) return { path: await nativeBinary(onPath), source: 'PATH' }
  const bundled = await binaryBeside(import.meta.url)
  if (bundled !== undefined) return { path: bundled, source: 'bundled' }
  throw new GatewayError(
    'engine_stopped',
    'No codex was found: install it with `npm i -g @openai/codex`, or set CODEX_BIN.'
  )
}

/**
 * npm's `codex` is a Node script that starts the native binary as a second process:
 * 50 ms slower, and SIGKILL on it leaves the native one running (codex-cli 0.169).
 */
async function nativeBinary(path: string): Promise<string> {
  const real = await realpath(path)
  if (!(await isNodeScript(real))) return real
  const manifest = join(dirname(real), '..', 'package.json')
  const name = await readFile(manifest, 'utf8').then(
    (json) => (JSON.parse(json) as { name?: unknown }).name,
    () => undefined
  )
  return (name === '@openai/codex' ? await binaryBeside(real) : undefined) ?? real
}

/** The native binary of the `@openai/codex` package that a module at `from` would load. */
async function binaryBeside(from: string): Promise<string | undefined> {
  const manifest = platformManifest(from)
  if (manifest === undefined) return undefined
  const vendor = join(dirname(manifest), 'vendor')
  for (const triple of await readdir(vendor).catch(() => [])) {
    const candidate = join(vendor, triple, 'bin', 'codex')
    if (await isExecutable(candidate)) return candidate
  }
  return undefined
}

function platformManifest(from: string): string | undefined {
  try {
    const shim = createRequire(from).resolve('@openai/codex/package.json')
    return createRequire(shim).resolve(`@openai/codex-${process.platform}-${process.arch}/package.json`)
  } catch {
    return undefined
  }
}

async function isNodeScript(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(64), length: 64 })
    return /^#!.*\bnode\b/.test(buffer.toString('latin1', 0, bytesRead))
  } finally {
    await file.close()
  }
}
