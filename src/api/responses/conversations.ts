import pLimit from 'p-limit'
import { invalid } from '../../openai/invalid.ts'
import type { Documents } from '../../store/documents.ts'
import { noDocuments } from '../../store/no-documents.ts'
import { GatewayError } from '../../turn/error.ts'
import type { HistoryItem } from '../../turn/request.ts'
import { historyFrom } from './history.ts'
import { inputItem } from './item.ts'
import type { InputItem } from './item.ts'
import type { ResponseResource } from './resource.ts'
import type { OutputItem } from './output-item.ts'
import type { KeptThread } from './thread.ts'

/** A response as it is kept, with what was new in its request. */
export interface KeptResponse {
  resource: ResponseResource
  input: InputItem[]
  /** Holds the conversation up to this response. */
  thread?: KeptThread
  /** Whether the thread may hold more by now. */
  continued?: true
}

/** The responses that were kept, each found only by the client it was made for. */
export interface Conversations {
  /** What the ids of a response and its items are made of; `kept`: it is to be found by them. */
  newKey: (client: string, kept: boolean) => Promise<string>
  keep: (client: string, response: KeptResponse) => Promise<void>
  find: (client: string, id: string) => Promise<KeptResponse | undefined>
  delete: (client: string, id: string) => Promise<boolean>
  /** Whether anything is kept. */
  readonly lasting: boolean
  /** The thread that holds the conversation up to this response, if `fits` says so, and whether it holds no more. To the next who asks it does. */
  goOn: (
    client: string,
    id: string,
    fits: (thread: KeptThread) => boolean
  ) => Promise<{ thread: KeptThread; newest: boolean } | undefined>
  /** All that was said up to the end of this response. Throws `previous_response_not_found`. */
  before: (client: string, id: string) => Promise<HistoryItem[]>
  /** The items, with those that are only named by their id in full. Throws for one that is not there. */
  resolved: (client: string, input: readonly InputItem[]) => Promise<InputItem[]>
}

/** How many responses one request may look up. */
const maxLookups = 1_000

/** `forget` removes a codex thread. */
export function conversationsIn(
  documents: Documents,
  forget: (threadId: string) => Promise<void> = async () => {}
): Conversations {
  const oneByOne = pLimit(1) // or two would both be told that nobody went on before
  const find = async (client: string, id: string) => {
    const key = keyIn(id, 'resp')
    return key === undefined ? undefined : ((await documents.get(client, key)) as KeptResponse | undefined)
  }

  /** The latest first. */
  const chain = async (client: string, id: string) => {
    const responses: KeptResponse[] = []
    for (let next: string | null = id; next !== null; next = responses.at(-1)?.resource.previous_response_id ?? null) {
      const response: KeptResponse | undefined = responses.length < maxLookups ? await find(client, next) : undefined
      if (response?.resource.status !== 'completed') throw previousNotFound(next)
      await documents.touch(client, keyIn(next, 'resp') ?? '') // what a living conversation needs must not expire before it
      responses.push(response)
    }
    return responses
  }

  return {
    newKey: (client, kept) => (kept ? documents : noDocuments).newName(client).catch(() => noDocuments.newName(client)), // where nothing can be written, an answer is still one
    keep: (client, response) => documents.put(client, keyIn(response.resource.id, 'resp') ?? '', response),
    find,
    lasting: documents !== noDocuments,
    async delete(client, id) {
      const response = await find(client, id)
      if (response?.thread) await forget(response.thread.id) // first: where that fails, deleting again can find it
      return documents.delete(client, keyIn(id, 'resp') ?? '')
    },
    goOn: (client, id, fits) =>
      oneByOne(async () => {
        const response = await find(client, id)
        if (!response?.thread || !fits(response.thread)) return undefined
        const { thread, continued } = response
        if (!continued) await documents.put(client, keyIn(id, 'resp') ?? '', { ...response, continued: true })
        return { thread, newest: !continued }
      }),
    async before(client, id) {
      let said: HistoryItem[] = []
      for (const { input, resource } of (await chain(client, id)).reverse())
        said = historyFrom([...input, ...itemsFrom(resource.output)], said)
      return said
    },
    async resolved(client, input) {
      const found = new Map<string, OutputItem>()
      const seen = new Set<string>()
      for (const [index, item] of input.entries()) {
        if (item.type !== 'item_reference' || found.has(item.id)) continue
        const key = keyIn(item.id, 'msg|rs|fc|mcp|ws')
        const fresh = key !== undefined && seen.size < maxLookups && seen.size !== seen.add(key).size
        for (const output of (fresh && (await find(client, `resp_${key}`))?.resource.output) || [])
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

/** What was put out, as input. */
function itemsFrom(output: readonly OutputItem[]): InputItem[] {
  return output.map((item) => inputItem.parse(item))
}

/** The part of an id that names the document: an item's has the item's number behind it. */
function keyIn(id: string, prefix: string): string | undefined {
  return new RegExp(`^(?:${prefix})_([0-9a-f]{48})(?:[0-9]{4,6})?$`).exec(id)?.[1]
}

function previousNotFound(id: string): GatewayError {
  return new GatewayError('invalid_request', `Previous response with id '${id.slice(0, 128)}' not found.`, {
    param: 'previous_response_id',
    reason: 'unknown_previous_response'
  })
}
