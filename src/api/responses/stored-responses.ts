import { randomBytes } from 'node:crypto'
import { imageReader } from '../../openai/image.ts'
import { invalid } from '../../openai/invalid.ts'
import type { Beside } from '../../store/commit.ts'
import type { Connection } from '../../store/connection.ts'
import type { Records } from '../../store/records.ts'
import { GatewayError } from '../../turn/error.ts'
import type { WebhookEvent } from '../../webhooks/event.ts'
import type { ResponseResource } from './resource.ts'
import type { HistoryItem } from '../../turn/request.ts'
import { historyFrom } from '../../openai/items/history.ts'
import { inputItem } from '../../openai/items/item.ts'
import type { InputItem } from '../../openai/items/item.ts'
import type { OutputItem } from './output-item.ts'
import type { Scope } from '../../http/scope.ts'
import { onlyWorkspace } from '../../access/workspaces.ts'
import { keyIn } from './stored-response.ts'
import type { StoredResponse, StoredThread } from './stored-response.ts'

/** Counts bytes that are about to be read from storage; throws where there is no memory for them. */
export type Reserve = (bytes: number) => void

/** What a new response continues. */
export interface Previous {
  /** All items up to the end of the previous response. */
  history: HistoryItem[]
  /** The thread that contains the first `heldItems` of it, or all. */
  thread: (StoredThread & { heldItems?: number }) | undefined
  /** True for the first caller, who may continue that thread. For later ones it contains more, so that they must fork it. */
  claim: () => Promise<boolean>
}

/** The responses that were stored, each found only by its owner, and in its workspace. */
export interface StoredResponses {
  /** What the ids of a response and its items are made of: 48 random hex digits. */
  newKey: () => string
  /** `isNew`: false for one that is stored already, and is not stored again where it was deleted meanwhile. */
  put: (scope: Scope, response: StoredResponse, isNew: boolean, beside?: Beside) => Promise<void>
  /** The response with this key, in whatever workspace. */
  read: (owner: string, key: string) => Promise<StoredResponse | undefined>
  find: (scope: Scope, id: string, reserve?: Reserve) => Promise<StoredResponse | undefined>
  /** Deletes a response and its thread. False when it was not there. */
  delete: (scope: Scope, id: string) => Promise<boolean>
  /** True for the first caller, who may continue the thread of the response with this key. */
  claim: (owner: string, key: string) => Promise<boolean>
  /** Whether anything is stored. */
  readonly persistent: boolean
  /** Throws `previous_response_not_found`. */
  previous: (scope: Scope, id: string, reserve?: Reserve) => Promise<Previous>
  /** The items, with those that are only named by their id in full: `known` ones, or what was put out. Throws for one that is not there. */
  resolved: (
    scope: Scope,
    input: readonly InputItem[],
    reserve?: Reserve,
    known?: ReadonlyMap<string, InputItem>
  ) => Promise<InputItem[]>
}

/** How many responses one request may look up. */
const maxLookups = 1_000
const noReserve: Reserve = () => {}

/** Images were checked when their response was stored. */
export const readStoredImage = imageReader({ maxMegapixels: Infinity })

/** Reports the end of a background response to those who want to know, in the transaction that stores it. */
export type PublishEnd = (connection: Connection, owner: string, event: WebhookEvent) => void

/** `records` is left out where nothing is to be stored; `forget` removes a codex thread of a workspace. */
export function storedResponsesIn(
  records: Records<StoredResponse> | undefined,
  forget: (threadId: string, workspace: string) => Promise<void> = async () => {},
  publish: PublishEnd = () => {}
): StoredResponses {
  const read = async ({ owner, workspace }: Scope, key: string) => {
    const response = await records?.get(owner, key)
    return (response?.workspace ?? onlyWorkspace.id) === workspace ? response : undefined
  }

  const find = async (scope: Scope, id: string, reserve = noReserve) => {
    const key = keyIn(id, 'resp')
    if (key === undefined || !records) return undefined
    reserve(records.entry(scope.owner, key)?.bytes ?? 0)
    return read(scope, key)
  }

  /** The keys of a response and of all that it continues, the oldest first. They live as long as it. */
  const lineage = (owner: string, id: string, reserve: Reserve): string[] => {
    const entries = records?.lineage(owner, keyIn(id, 'resp') ?? '', maxLookups) ?? []
    const missing = entries.length === 0 ? id : entries.at(-1)?.parent
    if (missing) throw previousNotFound(missing.startsWith('resp_') ? missing : `resp_${missing}`)
    reserve(entries.reduce((sum, { bytes }) => sum + bytes, 0))
    const keys = entries.map((entry) => entry.id)
    records?.touch(owner, keys)
    return keys.reverse()
  }

  const claim = async (owner: string, key: string) => (await records?.claim(owner, key)) ?? false

  return {
    claim,
    newKey: () => randomBytes(24).toString('hex'),
    persistent: records !== undefined,
    read: async (owner, key) => records?.get(owner, key),
    async put({ owner, workspace }, made, isNew, more) {
      const response = { ...made, workspace }
      const key = keyIn(response.resource.id, 'resp') ?? ''
      if (!records) throw new GatewayError('internal_error', 'Responses are not stored here.')
      const event = endOf(response.resource)
      const beside: Beside = (connection) => {
        more?.(connection)
        if (event) publish(connection, owner, event)
      }
      if (isNew) await records.put(owner, key, response, beside)
      else await records.replace(owner, key, response, beside)
    },
    find,
    async delete(scope, id) {
      const response = await find(scope, id)
      if (!response) return false
      const deleted = records?.delete(scope.owner, keyIn(id, 'resp') ?? '') ?? false
      if (response.thread) await forget(response.thread.id, scope.workspace)
      return deleted
    },
    async previous(scope, id, reserve = noReserve) {
      const { owner } = scope
      let history: HistoryItem[] = []
      let thread: StoredThread | undefined
      const keys = lineage(owner, id, reserve)
      for (const key of keys) {
        const response = await read(scope, key)
        const status = response?.resource.status
        if (status === 'in_progress' || status === 'queued') throw previousNotReady(`resp_${key}`)
        if (!response || (status !== 'completed' && status !== 'incomplete')) throw previousNotFound(`resp_${key}`)
        history = historyFrom([...response.input, ...itemsFrom(response.resource.output)], history, readStoredImage)
        thread = response.thread
      }
      return { history, thread, claim: () => claim(owner, keys.at(-1) ?? '') }
    },
    async resolved(scope, input, reserve, known) {
      const found = new Map<string, OutputItem | InputItem>(known)
      const seen = new Set<string>()
      for (const [index, item] of input.entries()) {
        if (item.type !== 'item_reference' || found.has(item.id)) continue
        const key = keyIn(item.id, 'msg|rs|fc|ctc|mcp|ws')
        const fresh = key !== undefined && seen.size < maxLookups && seen.size !== seen.add(key).size
        for (const output of (fresh && (await find(scope, `resp_${key}`, reserve))?.resource.output) || [])
          found.set(output.id, output)
        if (!found.has(item.id))
          throw invalid(
            `Item with id '${item.id.slice(0, 128)}' not found. Send the item itself.`,
            `input[${index}].id`
          )
      }
      return input.map((item) => (item.type === 'item_reference' ? inputItem.parse(found.get(item.id)) : item))
    }
  }
}

/** What OpenAI's webhooks report of a response: the end of one that was made in the background. */
function endOf({ id, background, status }: ResponseResource): WebhookEvent | undefined {
  if (!background || status === 'in_progress' || status === 'queued') return undefined
  return { type: `response.${status}`, data: { id } }
}

/** Output as input. */
function itemsFrom(output: readonly OutputItem[]): InputItem[] {
  return output.map((item) => inputItem.parse(item))
}

function previousNotFound(id: string): GatewayError {
  return new GatewayError('invalid_request', `Previous response with id '${id.slice(0, 128)}' not found.`, {
    param: 'previous_response_id',
    reason: 'unknown_previous_response'
  })
}

function previousNotReady(id: string): GatewayError {
  return new GatewayError(
    'invalid_request',
    `Previous response with id '${id}' is not complete yet: wait for its end.`,
    {
      param: 'previous_response_id',
      reason: 'unfinished_previous_response'
    }
  )
}
