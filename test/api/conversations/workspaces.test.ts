import { expect, it } from 'vitest'
import type { Scope } from '../../../src/http/scope.ts'
import { conversationKind } from '../../../src/api/conversations/kinds.ts'
import { StoredConversations } from '../../../src/api/conversations/stored-conversations.ts'
import { bounds, opened, storeFolder } from '../../store/opened.ts'

it('a conversation is found in its workspace alone', async () => {
  const { store } = opened(await storeFolder())
  const conversations = new StoredConversations(store, store.records(conversationKind(bounds)))
  const [here, there] = ['a', 'b'].map((workspace) => ({ owner: 'ann', workspace })) as [Scope, Scope]
  const { id } = await conversations.create(here, {}, [{ type: 'message', role: 'user', content: 'Hello.' }])
  const page = { limit: 20, order: 'asc' } as const
  const [item] = (await conversations.page(here, id, page)).data
  for (const attempt of [
    () => conversations.find(there, id),
    () => conversations.update(there, id, {}),
    () => conversations.delete(there, id),
    () => conversations.addItems(there, id, []),
    () => conversations.page(there, id, page),
    () => conversations.item(there, id, item!.id),
    () => conversations.deleteItem(there, id, item!.id),
    () => conversations.read(there, id),
    () => conversations.open(there, id)
  ])
    await expect(attempt()).rejects.toMatchObject({ code: 'not_found', reason: 'unknown_conversation' })
  expect(await conversations.item(here, id, item!.id)).toEqual(item)
})
