import type { Scope } from '../../http/scope.ts'
import type { Metadata } from '../../openai/metadata.ts'
import { pageFrom, pageOf, unknownAfter } from '../../openai/page.ts'
import type { Page, PageQuery } from '../../openai/page.ts'
import { pageBytes } from '../../store/parts.ts'
import type { Parts } from '../../store/parts.ts'
import type { Records } from '../../store/records.ts'
import { GatewayError } from '../../turn/error.ts'
import type { ChatCompletion } from './completion.ts'
import type { ChatMessage } from './message.ts'
import { labelsFrom, messageKind } from './stored-kind.ts'
import type { CompletionFilter, StoredCompletion } from './stored-kind.ts'
import { storedMessages } from './stored-message.ts'
import type { StoredMessage } from './stored-message.ts'

/** Counts bytes that are about to be read from storage; throws where there is no memory for them. */
export type Reserve = (bytes: number) => void

/** A stored completion as its client sees it. */
export type ListedCompletion = ChatCompletion & { metadata: Metadata }

const noReserve: Reserve = () => {}

const keyOf = (id: string) => /^chatcmpl-([0-9a-f]{32})$/.exec(id)?.[1] ?? ''
const listed = ({ completion, metadata }: StoredCompletion): ListedCompletion => ({ ...completion, metadata })

/** The completions that were stored, each found only by its owner, and in its workspace; every method throws `not_found` for another's. */
export class StoredCompletions {
  readonly #records: Records<StoredCompletion>
  readonly #messages: Parts<StoredMessage>

  constructor(records: Records<StoredCompletion>) {
    this.#records = records
    this.#messages = records.parts(messageKind)
  }

  async put(
    { owner, workspace }: Scope,
    { completion, metadata, messages }: { completion: ChatCompletion; metadata: Metadata; messages: ChatMessage[] }
  ): Promise<void> {
    const key = keyOf(completion.id)
    await this.#records.put(owner, key, { completion, metadata, workspace })
    const parts = storedMessages(messages, completion.id).map((value) => ({ id: value.id, value }))
    const result = await this.#messages.append(owner, key, parts).catch((error: unknown) => error)
    if (result === 'added') return
    this.#records.delete(owner, key) // or it would be listed without its messages
    throw new GatewayError('internal_error', 'The messages of this completion cannot be stored.', { cause: result })
  }

  async find(scope: Scope, id: string, reserve = noReserve): Promise<ListedCompletion> {
    return listed(await this.#read(scope, id, reserve))
  }

  async update(scope: Scope, id: string, metadata: Metadata): Promise<ListedCompletion> {
    const changed = { ...(await this.#read(scope, id)), metadata }
    if (!(await this.#records.replace(scope.owner, keyOf(id), changed))) throw notFound(id)
    return listed(changed)
  }

  async delete(scope: Scope, id: string): Promise<void> {
    await this.#read(scope, id)
    if (!this.#records.delete(scope.owner, keyOf(id))) throw notFound(id)
  }

  /** A page of an owner's completions, which may be shorter than asked for where they are long. */
  async list(
    scope: Scope,
    { limit, order, after }: PageQuery,
    filter: Omit<CompletionFilter, 'workspace'>,
    reserve = noReserve
  ): Promise<Page<ListedCompletion>> {
    const { owner, workspace } = scope
    const cursor = after === undefined ? undefined : this.#records.cursor(owner, keyOf(after))
    if (after !== undefined && cursor === undefined) throw unknownAfter(after)
    const labels = labelsFrom({ ...filter, workspace })
    const { entries, next } = this.#records.list(owner, { limit, order, after: cursor, labels })
    const page: ListedCompletion[] = []
    let sum = 0
    for (const [index, { id }] of entries.entries()) {
      const bytes = this.#bytesOf(owner, id)
      sum += bytes
      if (sum > pageBytes && index > 0) return pageOf(page, true)
      reserve(bytes)
      const stored = await this.#records.get(owner, id)
      if (stored) page.push(listed(stored))
    }
    return pageOf(page, next !== undefined)
  }

  /** A page of the messages of its request. */
  async messages(scope: Scope, id: string, query: PageQuery, reserve = noReserve): Promise<Page<StoredMessage>> {
    await this.#read(scope, id)
    const found = await this.#messages.page(scope.owner, keyOf(id), query, reserve)
    return pageFrom(found, query.after, (message) => message)
  }

  async #read({ owner, workspace }: Scope, id: string, reserve = noReserve): Promise<StoredCompletion> {
    const key = keyOf(id)
    reserve(this.#bytesOf(owner, key))
    const found = await this.#records.get(owner, key)
    if (found?.workspace !== workspace) throw notFound(id)
    return found
  }

  /** What reading a completion takes without the messages. */
  #bytesOf(owner: string, key: string): number {
    return (this.#records.entry(owner, key)?.bytes ?? 0) - this.#messages.size(owner, key).bytes
  }
}

const notFound = (id: string) =>
  new GatewayError('not_found', `Chat completion with id '${id.slice(0, 128)}' not found.`, {
    reason: 'unknown_completion'
  })
