import type { ApiContext, Operation } from '../../http/api.ts'
import type { ReadBody } from '../../http/body/body.ts'
import { scopeOf } from '../../http/scope.ts'
import { parsed } from '../../openai/invalid.ts'
import type { InputItem } from '../../openai/items/item.ts'
import { listedItem } from '../../openai/items/listed.ts'
import type { ListedItem } from '../../openai/items/listed.ts'
import { pageOf, pageSchemaOf } from '../../openai/page.ts'
import { conversation, ids, itemIds } from './resource.ts'
import { includeIn, itemQuery, itemsCreation, itemsFrom, itemsQuery } from './schema.ts'
import type { StoredConversations } from './stored-conversations.ts'

export interface ItemDependencies {
  /** Throws where nothing is stored. */
  stored: () => StoredConversations
  readBody: ReadBody
  /** The items of a request, checked, with the images that had to be fetched. */
  checkedItems: (ctx: ApiContext, items: readonly InputItem[]) => Promise<InputItem[]>
}

/** The operations on the items of a conversation. */
export function itemOperations({ stored, readBody, checkedItems }: ItemDependencies): Operation[] {
  return [
    {
      method: 'post',
      path: '/conversations/{id}/items',
      ids,
      summary: 'Add items to a conversation.',
      query: itemQuery,
      body: itemsCreation,
      answer: pageSchemaOf(listedItem),
      failures: [404],
      async handle(ctx) {
        const items = await checkedItems(ctx, itemsFrom(await readBody(ctx)))
        const added = await stored().addItems(scopeOf(ctx), ctx.params['id'] ?? '', items)
        ctx.body = pageOf(added.map(shownFor(ctx)), false)
      }
    },
    {
      method: 'get',
      path: '/conversations/{id}/items',
      ids,
      summary: 'The items of a conversation, the latest first.',
      query: itemsQuery,
      answer: pageSchemaOf(listedItem),
      async handle(ctx) {
        const query = parsed(itemsQuery, ctx.query)
        await readBody(ctx, { optional: true })
        const page = await stored().page(scopeOf(ctx), ctx.params['id'] ?? '', query, ctx.state.reserve)
        ctx.body = { ...page, data: page.data.map(shownFor(ctx)) }
      }
    },
    {
      method: 'get',
      path: '/conversations/{id}/items/{item_id}',
      ids: itemIds,
      summary: 'An item of a conversation.',
      query: itemQuery,
      answer: listedItem,
      async handle(ctx) {
        await readBody(ctx, { optional: true })
        const { id = '', item_id = '' } = ctx.params
        ctx.body = shownFor(ctx)(await stored().item(scopeOf(ctx), id, item_id, ctx.state.reserve))
      }
    },
    {
      method: 'delete',
      path: '/conversations/{id}/items/{item_id}',
      ids: itemIds,
      summary: 'Delete an item of a conversation.',
      answer: conversation,
      async handle(ctx) {
        const { id = '', item_id = '' } = ctx.params
        ctx.body = await stored().deleteItem(scopeOf(ctx), id, item_id)
      }
    }
  ]
}

/** An item with what the query asks for: reasoning is encrypted only for who will send it back. */
function shownFor({ query }: ApiContext): (item: ListedItem) => ListedItem {
  if (includeIn(query).includes('reasoning.encrypted_content')) return (item) => item
  return ({ encrypted_content: encrypted, ...item }) =>
    item['type'] === 'reasoning' || encrypted === undefined ? item : { ...item, encrypted_content: encrypted }
}
