import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { chmod, mkdir, rename } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress } from 'node:zlib'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'

/** Whether the browser that comes with the packages runs here. */
export const hasBrowser = process.platform === 'linux' && process.arch === 'x64'

/** A real Chromium without a window. It needs nothing but the packages of the tests. */
export async function startBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: await unpacked(),
    args: ['--no-sandbox', '--disable-gpu', '--no-zygote'] // its sandbox is no concern here: it loads this project's page alone
  })
}

/** The binary, unpacked once. Several processes may do it at the same time: the last one wins, and all are the same. */
async function unpacked(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium') // …/build/cjs/index.cjs
  const packed = join(dirname(entry), '..', '..', 'bin', 'chromium.br')
  const folder = join(import.meta.dirname, '..', '..', 'node_modules', '.chromium')
  const program = join(folder, 'chromium')
  if (existsSync(program)) return program
  await mkdir(folder, { recursive: true })
  const partial = join(folder, `partial-${process.pid}`)
  await pipeline(createReadStream(packed), createBrotliDecompress(), createWriteStream(partial))
  await chmod(partial, 0o755)
  await rename(partial, program)
  return program
}
