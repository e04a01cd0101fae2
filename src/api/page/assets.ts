import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** A file of the page, in memory. */
export interface Asset {
  type: string
  body: Buffer
  gzipped: Buffer
  etag: string
}

/** By name. `index.html` is the page itself. */
export type Assets = ReadonlyMap<string, Asset>

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml'
}

/** Reads the page that was built into a folder; undefined where none was. */
export function assetsIn(folder: string): Assets | undefined {
  const names = namesIn(folder).filter((name) => extname(name) in types)
  if (!names.includes('index.html')) return undefined
  return new Map(names.map((name) => [name, assetFrom(join(folder, name))]))
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function assetFrom(path: string): Asset {
  const body = readFileSync(path)
  return {
    type: types[extname(path)] ?? '',
    body,
    gzipped: gzipSync(body, { level: 9 }),
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  }
}
