import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { jsonFrom } from '../../turn/json-text.ts'
import { readRegularFile } from '../files/regular-file.ts'
import { GatewayError } from '../../turn/error.ts'
import { noUsage } from '../../turn/usage.ts'
import type { Usage } from '../../turn/usage.ts'

/** Milliseconds of a day, by which the folders of rollouts are named, in local time. */
const day = 86_400_000

const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Where archived threads are. */
export function archiveIn(codexHome: string): string {
  return join(codexHome, 'archived_sessions')
}

/**
 * The file in which codex (0.169) stores a thread: `sessions/YYYY/MM/DD/rollout-TIME-ID.jsonl`, or in the archive. Undefined when there is none;
 * rejects with `overloaded` when it cannot be looked for, as without a free descriptor.
 */
export async function rolloutOf(codexHome: string, threadId: string): Promise<string | undefined> {
  if (!uuid7.test(threadId)) return undefined
  const began = Number.parseInt(threadId.replace('-', '').slice(0, 12), 16)
  const dates = [began, began - day, began + day].map((time) => join('sessions', ...partsOf(new Date(time))))
  for (const folder of [...dates.map((date) => join(codexHome, date)), archiveIn(codexHome)]) {
    const name = (await readdir(folder).catch(noneIfMissing)).find(
      (file) => file.startsWith('rollout-') && file.endsWith(`-${threadId}.jsonl`)
    )
    if (name !== undefined) return join(folder, name)
  }
  return undefined
}

/** A folder that is not there has no files; one that cannot be read now is not empty. */
function noneIfMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
  throw new GatewayError('overloaded', 'The stored threads could not be read on this machine.', { cause: error })
}

const count = z.number().nonnegative().catch(0)
const tokens = z.object({
  input_tokens: count,
  cached_input_tokens: count,
  cache_write_input_tokens: count,
  output_tokens: count,
  reasoning_output_tokens: count
})
const line = z.object({
  payload: z.object({ type: z.literal('token_count'), info: z.object({ total_token_usage: tokens }) })
})

/** Bytes from a rollout's end in which its last count is looked for: one turn's images may stand behind it. */
const lastBytes = 67_108_864

/** All tokens that the thread of this file has taken. */
export async function tokensIn(rollout: string): Promise<Usage> {
  const bytes = await readRegularFile(rollout, { maxBytes: lastBytes, part: 'last' })
  if (bytes === undefined) throw new GatewayError('overloaded', 'The stored thread could not be read on this machine.')
  for (let at = lastCount(bytes); at !== -1;) {
    const start = bytes.lastIndexOf('\n', at) + 1
    const end = bytes.indexOf('\n', at)
    const parsed = line.safeParse(jsonFrom(bytes.toString('utf8', start, end === -1 ? undefined : end)))
    if (parsed.success) return parsed.data.payload.info.total_token_usage
    at = lastCount(bytes.subarray(0, start))
  }
  return noUsage
}

function lastCount(bytes: Buffer): number {
  return bytes.lastIndexOf('"token_count"')
}

function partsOf(date: Date): string[] {
  const two = (value: number) => String(value).padStart(2, '0')
  return [String(date.getFullYear()), two(date.getMonth() + 1), two(date.getDate())]
}
