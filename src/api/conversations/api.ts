import { z } from 'zod'
import type { Api, ApiContext } from '../../http/api.ts'
import type { ReadBody } from '../../http/body/body.ts'
import { scopeOf } from '../../http/scope.ts'
import type { ReadImage } from '../../openai/image.ts'
import { parsed } from '../../openai/invalid.ts'
import { checkParts } from '../../openai/items/history.ts'
import type { InputItem } from '../../openai/items/item.ts'
import { noRemoteImages } from '../remote-images.ts'
import type { FetchImages } from '../remote-images.ts'
import { nothingStored } from './failures.ts'
import { itemOperations } from './item-operations.ts'
import { conversation, ids } from './resource.ts'
import { conversationCreation, conversationFrom, conversationUpdate } from './schema.ts'
import type { StoredConversations } from './stored-conversations.ts'

export interface ConversationsDependencies {
  /** Left out where nothing is stored. */
  conversations?: StoredConversations | undefined
  readBody: ReadBody
  /** Checks and reads an image of a request. */
  readImage: ReadImage
  fetchImages?: FetchImages
}

/** OpenAI's Conversations API. */
export function conversationsApi({
  conversations,
  readBody,
  readImage,
  fetchImages = noRemoteImages
}: ConversationsDependencies): Api {
  const stored = () => {
    if (!conversations) throw nothingStored()
    return conversations
  }
  const checkedItems = async (ctx: ApiContext, items: readonly InputItem[]) => {
    const complete = await fetchImages(ctx, items, 'items')
    checkParts(complete, 'items', readImage)
    return complete
  }
  return {
    operations: [
      {
        method: 'post',
        path: '/conversations',
        summary: 'Make a conversation.',
        body: conversationCreation,
        answer: conversation,
        async handle(ctx) {
          const { metadata, items } = conversationFrom(await readBody(ctx, { optional: true }))
          ctx.body = await stored().create(scopeOf(ctx), metadata ?? {}, await checkedItems(ctx, items ?? []))
        }
      },
      {
        method: 'get',
        path: '/conversations/{id}',
        ids,
        summary: 'A conversation.',
        answer: conversation,
        async handle(ctx) {
          ctx.body = await stored().find(scopeOf(ctx), idIn(ctx))
        }
      },
      {
        method: 'post',
        path: '/conversations/{id}',
        ids,
        summary: 'Replace the metadata of a conversation.',
        body: conversationUpdate,
        answer: conversation,
        async handle(ctx) {
          const { metadata } = parsed(conversationUpdate, await readBody(ctx))
          ctx.body = await stored().update(scopeOf(ctx), idIn(ctx), metadata ?? {})
        }
      },
      {
        method: 'delete',
        path: '/conversations/{id}',
        ids,
        summary: 'Delete a conversation. Responses that were made in it stay.',
        answer: z.object({ id: z.string(), object: z.literal('conversation.deleted'), deleted: z.literal(true) }),
        async handle(ctx) {
          await stored().delete(scopeOf(ctx), idIn(ctx))
          ctx.body = { id: idIn(ctx), object: 'conversation.deleted', deleted: true }
        }
      },
      ...itemOperations({ stored, readBody, checkedItems })
    ]
  }
}

const idIn = ({ params: { id = '' } }: ApiContext) => id
