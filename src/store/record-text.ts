import { z } from 'zod'
import { GatewayError } from '../turn/error.ts'
import type { Blobs, BlobUse } from './blobs.ts'
import { attach, detach } from './detach.ts'
import type { ValueKind } from './kind.ts'

/** A record as its row in the database has it: its version, its JSON, and JSON that names its blobs. As bytes: libsql 0.5 ends the process for a text that is not UTF-8. */
export type StoredRow = [version: unknown, body: unknown, blobs: unknown]

/** A record as it is written. `bytes` includes the blobs. */
export interface WrittenRecord {
  body: string
  blobs: BlobUse[]
  bytes: number
  parent?: string | null | undefined
  /** JSON. */
  labels?: string | undefined
}

/** Characters from which a text is stored outside of its record: images, mostly. */
const longText = 65_536
/** Characters from which all of a record's JSON is stored outside of the database. */
const longBody = 262_144

const blobUses = z.array(
  z.object({ path: z.array(z.union([z.string(), z.number()])), name: z.string().regex(/^[0-9a-f]{64}$/) })
)

/** Turns a value into what is written, its long texts into files. */
export async function written(owner: string, value: unknown, blobs: Blobs): Promise<WrittenRecord> {
  const { rest, detached } = detach(value, longText)
  const json = JSON.stringify(rest)
  const isLong = json.length >= longBody
  const texts = isLong ? [{ path: [], text: json }, ...detached] : detached
  const uses: BlobUse[] = []
  let bytes = isLong ? 0 : Buffer.byteLength(json)
  for (const { path, text } of texts) {
    uses.push({ path, name: await blobs.write(owner, text) })
    bytes += Buffer.byteLength(text)
  }
  return { body: isLong ? 'null' : json, blobs: uses, bytes }
}

/** The value of a row; undefined, and a line in the log, for one that is none. */
export async function read<T>(
  kind: ValueKind<T>,
  { id, row }: { id: string; row: StoredRow },
  { blobs, warn }: { blobs: Blobs; warn: (fields: Record<string, unknown>, message: string) => void }
): Promise<T | undefined> {
  try {
    return kind.schema.parse(upgraded(kind, Number(row[0]), await valueOf(row, blobs)))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== undefined && code !== 'ENOENT')
      throw new GatewayError('overloaded', 'The gateway cannot use its storage at the moment.', {
        retryAfter: 5,
        cause: error
      })
    warn(
      { kind: kind.name, record: id, cause: reasonOf(error) },
      'a stored record cannot be read; it is treated as not found'
    )
    return undefined
  }
}

async function valueOf([, body, uses]: StoredRow, blobs: Blobs): Promise<unknown> {
  let value = JSON.parse(textOf(body)) as unknown
  if (uses === null) return value
  for (const { path, name } of blobUses.parse(JSON.parse(textOf(uses))))
    value = attach(value, { path, text: await blobs.read(name) })
  return value
}

function textOf(column: unknown): string {
  if (!Buffer.isBuffer(column)) throw new Error('it has no text')
  return column.toString()
}

function upgraded<T>({ version, upgrades = {} }: ValueKind<T>, from: number, value: unknown): unknown {
  if (from > version) throw new Error(`it has version ${from}; this gateway knows ${version}`)
  let upgraded = value
  for (let old = from; old < version; old++) {
    const upgrade = upgrades[old]
    if (!upgrade) throw new Error(`nothing upgrades version ${old}`)
    upgraded = upgrade(upgraded)
  }
  return upgraded
}

/** Names the place that is wrong, never what stands there. */
function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError) return `wrong at ${error.issues[0]?.path.join('.') || 'its root'}`
  if (error instanceof SyntaxError) return 'it is not JSON'
  return error instanceof Error ? error.message : String(error)
}
