import { randomBytes } from 'node:crypto'
import type { Scope } from '../../http/scope.ts'
import type { InputItem } from '../../openai/items/item.ts'
import { listedItems } from '../../openai/items/listed.ts'
import type { ListedItem } from '../../openai/items/listed.ts'
import type { Metadata } from '../../openai/metadata.ts'
import { pageFrom } from '../../openai/page.ts'
import type { Page, PageQuery } from '../../openai/page.ts'
import { Locks } from '../../store/locks.ts'
import type { LockStorage } from '../../store/locks.ts'
import type { Parts } from '../../store/parts.ts'
import type { Records } from '../../store/records.ts'
import { conversationFull, conversationLocked, conversationNotFound, itemNotFound } from './failures.ts'
import { itemKind } from './kinds.ts'
import type { StoredConversation, StoredItem } from './kinds.ts'
import { contentOf, openConversation } from './open-conversation.ts'
import type { ConversationContent, OpenConversation } from './open-conversation.ts'

/** Counts bytes that are about to be read from storage; throws where there is no memory for them. */
export type Reserve = (bytes: number) => void

/** A conversation as its client sees it. */
export interface Conversation extends Pick<StoredConversation, 'created_at' | 'metadata'> {
  id: string
  object: 'conversation'
}

const noReserve: Reserve = () => {}

const newKey = () => randomBytes(24).toString('hex')
const keyOf = (id: string) => /^conv_([0-9a-f]{48})$/.exec(id)?.[1] ?? ''
const resourceOf = (id: string, { created_at, metadata }: Omit<Conversation, 'id' | 'object'>): Conversation => ({
  id,
  object: 'conversation',
  created_at,
  metadata
})

/**
 * The conversations that are stored, each found only by its owner, and in its workspace; every method throws `not_found` for
 * another's. While a
 * response is added to one, its items cannot be changed: `conversation_locked`.
 */
export class StoredConversations {
  readonly #records: Records<StoredConversation>
  readonly #items: Parts<StoredItem>
  readonly #locks: Locks

  constructor(storage: LockStorage, records: Records<StoredConversation>) {
    this.#records = records
    this.#items = records.parts(itemKind)
    this.#locks = new Locks(storage, records)
  }

  async create({ owner, workspace }: Scope, metadata: Metadata, items: readonly InputItem[]): Promise<Conversation> {
    const key = newKey()
    const conversation = { created_at: Math.floor(Date.now() / 1000), metadata, workspace }
    await this.#records.put(owner, key, conversation)
    try {
      if (items.length > 0) await this.#append(owner, `conv_${key}`, items)
    } catch (error) {
      this.#records.delete(owner, key) // nobody knows its id
      throw error
    }
    return resourceOf(`conv_${key}`, conversation)
  }

  async find({ owner, workspace }: Scope, id: string): Promise<Conversation> {
    const found = await this.#records.get(owner, keyOf(id))
    if (found?.workspace !== workspace) throw conversationNotFound(id)
    return resourceOf(id, found)
  }

  async update(scope: Scope, id: string, metadata: Metadata): Promise<Conversation> {
    const { created_at } = await this.find(scope, id)
    const changed = { created_at, metadata, workspace: scope.workspace }
    if (!(await this.#records.replace(scope.owner, keyOf(id), changed))) throw conversationNotFound(id)
    return resourceOf(id, changed)
  }

  async delete(scope: Scope, id: string): Promise<void> {
    await this.find(scope, id)
    if (!this.#records.delete(scope.owner, keyOf(id))) throw conversationNotFound(id)
  }

  /** Adds items behind the others. Returns them as they are listed. */
  async addItems(scope: Scope, id: string, items: readonly InputItem[]): Promise<ListedItem[]> {
    await this.find(scope, id)
    await this.#checkFree(scope.owner, id)
    return this.#append(scope.owner, id, items)
  }

  /** A page of its items, which may be shorter than asked for where they are long. */
  async page(scope: Scope, id: string, query: PageQuery, reserve = noReserve): Promise<Page<ListedItem>> {
    await this.find(scope, id)
    const found = await this.#items.page(scope.owner, keyOf(id), query, reserve)
    return pageFrom(found, query.after, ({ item }) => item)
  }

  async item(scope: Scope, id: string, itemId: string, reserve = noReserve): Promise<ListedItem> {
    await this.find(scope, id)
    reserve(this.#items.bytesOf(scope.owner, keyOf(id), itemId))
    const stored = await this.#items.get(scope.owner, keyOf(id), itemId)
    if (!stored) throw itemNotFound(itemId)
    return stored.item
  }

  async deleteItem(scope: Scope, id: string, itemId: string): Promise<Conversation> {
    const conversation = await this.find(scope, id)
    await this.#checkFree(scope.owner, id)
    if (!this.#items.delete(scope.owner, keyOf(id), itemId)) throw itemNotFound(itemId)
    return conversation
  }

  /** All that is in it. */
  async read(scope: Scope, id: string, reserve = noReserve): Promise<ConversationContent> {
    const key = keyOf(id)
    await this.find(scope, id)
    reserve(this.#records.entry(scope.owner, key)?.bytes ?? 0)
    this.#records.touch(scope.owner, [key])
    return contentOf(await this.#items.all(scope.owner, key))
  }

  /** The same, for a response that will be added to it, which nobody else can do until it is released. */
  async open(scope: Scope, id: string, reserve = noReserve): Promise<OpenConversation> {
    const [owner, key] = [scope.owner, keyOf(id)]
    await this.find(scope, id)
    const release = await this.#locks.takeAnywhere(owner, key)
    if (release === 'gone') throw conversationNotFound(id)
    if (release === 'taken') throw conversationLocked()
    try {
      const content = await this.read(scope, id, reserve)
      return openConversation(content, { append: (items) => this.#items.append(owner, key, items), release })
    } catch (error) {
      release()
      throw error
    }
  }

  async #append(owner: string, id: string, items: readonly InputItem[]): Promise<ListedItem[]> {
    const listed = listedItems(items, newKey())
    const result = await this.#items.append(
      owner,
      keyOf(id),
      listed.map((item) => ({ id: item.id, value: { item } }))
    )
    if (result === 'gone') throw conversationNotFound(id)
    if (result === 'full') throw conversationFull()
    return listed
  }

  async #checkFree(owner: string, id: string): Promise<void> {
    if (await this.#locks.isTaken(owner, keyOf(id))) throw conversationLocked()
  }
}
