import { z } from 'zod'
import { invalid, parsed } from '../../openai/invalid.ts'
import { inputItem } from '../../openai/items/item.ts'
import type { InputItem } from '../../openai/items/item.ts'
import { metadata } from '../../openai/metadata.ts'
import { pageQueryOf } from '../../openai/page.ts'

/** How many items one request may add. */
const maxItems = 20
const listOf = <T extends z.ZodType>(item: T) => z.array(item).max(maxItems, `at most ${maxItems} items`)

/** The bodies. Items are counted first and read one by one: zod would gather a complaint for every member of a list of millions. */
export const conversationCreation = z.object({ items: listOf(inputItem).nullish(), metadata: metadata.nullish() })
export const conversationUpdate = z.object({ metadata: metadata.nullable() })
export const itemsCreation = z.object({ items: listOf(inputItem) })

const unread = listOf(z.unknown())

export function conversationFrom(body: unknown): z.output<typeof conversationCreation> {
  const { items, ...rest } = parsed(conversationCreation.extend({ items: unread.nullish() }), body)
  return { ...rest, items: (items ?? []).map(itemFrom) }
}

export function itemsFrom(body: unknown): InputItem[] {
  return parsed(itemsCreation.extend({ items: unread }), body).items.map(itemFrom)
}

function itemFrom(sent: unknown, index: number): InputItem {
  const item = parsed(inputItem, sent, ['items', index])
  if (item.type === 'item_reference')
    throw invalid('A conversation has items, and no references to them. Send the item itself.', `items[${index}].type`)
  return item
}

const include = z.union([z.string(), z.array(z.string())]).optional()
export const itemQuery = z.object({ include })
export const itemsQuery = pageQueryOf('desc').extend({ include })

/** The values of `include` in a query: `include=a&include=b`, or `include[]=a&include[]=b`. */
export function includeIn(query: Readonly<Record<string, string | string[] | undefined>>): string[] {
  return [query['include'] ?? [], query['include[]'] ?? []].flat()
}
