import { expect, it } from 'vitest'
import { conversationKind } from '../../../src/api/conversations/kinds.ts'
import { StoredConversations } from '../../../src/api/conversations/stored-conversations.ts'
import { bounds, opened, storeFolder } from '../../store/opened.ts'

it('a conversation whose items do not fit is not made', async () => {
  const { store } = opened(await storeFolder())
  const records = store.records(conversationKind(bounds))
  const conversations = new StoredConversations(store, records)
  const item = { type: 'message', role: 'user', content: 'x'.repeat(3_500_000) } as const
  const scope = { owner: 'a', workspace: 'default' }
  const items = Array.from({ length: 20 }, () => item) // 70 MB
  await expect(conversations.create(scope, {}, items)).rejects.toMatchObject({ param: 'items' })
  expect(records.list('a').entries).toEqual([])
  const { id } = await conversations.create(scope, {}, [item])
  expect(records.list('a').entries.map((entry) => `conv_${entry.id}`)).toEqual([id])
})
