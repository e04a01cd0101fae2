import { threadSettings } from './settings.ts'
import type { ThreadSettings } from './settings.ts'

/** What the gateway knows of a thread. Times are Unix milliseconds. */
export interface ThreadRecord {
  id: string
  /** The id of a principal. */
  owner: string
  /** The id of a workspace. */
  workspace: string
  name: string | null
  /** The beginning of its first message. */
  preview: string
  /** The thread that it was forked from. */
  parent: string | null
  archived: boolean
  /** As codex calls the model's provider. */
  provider?: string | undefined
  settings: ThreadSettings
  createdAt: number
  usedAt: number
}

export const threadColumns =
  'id, owner, workspace, name, preview, parent, archived, provider, settings, created_at, used_at'

/** A row of `threadColumns` as an object. Settings that cannot be read are none. */
export function threadFrom(row: readonly unknown[]): ThreadRecord {
  const [id, owner, workspace, name, preview, parent, archived, provider, settings, createdAt, usedAt] = row
  return {
    id: String(id),
    owner: String(owner),
    workspace: String(workspace),
    name: typeof name === 'string' ? name : null,
    preview: String(preview),
    parent: typeof parent === 'string' ? parent : null,
    archived: archived === 1,
    provider: typeof provider === 'string' ? provider : undefined,
    settings: settingsFrom(String(settings)),
    createdAt: Number(createdAt),
    usedAt: Number(usedAt)
  }
}

function settingsFrom(json: string): ThreadSettings {
  try {
    return threadSettings.parse(JSON.parse(json))
  } catch {
    return {}
  }
}

/** What the gateway knows of a turn. Times are Unix milliseconds. */
export interface TurnRecord {
  id: string
  thread: string
  /** The mark of the gateway that ran it. */
  worker: string
  status: 'inProgress' | 'completed' | 'interrupted' | 'failed'
  error: { code: string; message: string } | null
  startedAt: number
  endedAt: number | null
}

export const turnColumns = 't.id, t.thread, t.worker, t.status, t.error, t.started_at, t.ended_at'

/** A row of `turnColumns` as an object. */
export function turnFrom([id, thread, worker, status, error, startedAt, endedAt]: readonly unknown[]): TurnRecord {
  return {
    id: String(id),
    thread: String(thread),
    worker: String(worker),
    status: status as TurnRecord['status'],
    error: typeof error === 'string' ? (JSON.parse(error) as TurnRecord['error']) : null,
    startedAt: Number(startedAt),
    endedAt: endedAt === null ? null : Number(endedAt)
  }
}
