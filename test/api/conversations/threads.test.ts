import { describe, expect, it } from 'vitest'
import { responseResource } from '../../support/response-schemas.ts'
import type { StartedResponses } from '../responses/start-responses.ts'
import { begun, historyOf, pong, requestOf, say, serving, storedHome } from './start-conversation.ts'

describe('the codex thread of a conversation', () => {
  const threadOf = (served: StartedResponses) => requestOf(served)?.thread

  it('is that of its last response, which is sent only what it does not contain', async () => {
    await using served = await serving()
    const { id, ask } = await begun(served, say('Hello.'))
    await ask('One?')
    expect(threadOf(served)).toEqual({ kind: 'new', persistent: true })
    await ask('Two?')
    expect(threadOf(served)).toEqual({ kind: 'resume', id: 'thread_1', heldItems: 3 })
    await served.request('POST', `conversations/${id}/items`, { items: [say('By the way.')] })
    await ask('Three?')
    expect(threadOf(served)).toEqual({ kind: 'resume', id: 'thread_1', heldItems: 5 })
    expect(historyOf(served)).toHaveLength(6)
    await ask('Secretly?', { store: false })
    expect(threadOf(served)).toBeUndefined()
    await ask('Four?')
    expect(threadOf(served)).toEqual({ kind: 'resume', id: 'thread_1', heldItems: 8 })
    expect(historyOf(served)).toHaveLength(10)
  })

  it('is not continued where an item before was deleted, or its response went on elsewhere', async () => {
    await using served = await serving()
    const { id, ask, items } = await begun(served, say('Hello.'))
    await ask('One?')
    await served.request('DELETE', `conversations/${id}/items/${(await items())[0]?.id}`)
    const { id: second } = responseResource.parse(await (await ask('Two?')).json())
    expect([threadOf(served), historyOf(served)]).toMatchObject([{ kind: 'new' }, [{ text: 'One?' }, { text: 'pong' }]])
    await served.post({ input: 'Elsewhere?', previous_response_id: second })
    expect(threadOf(served)).toMatchObject({ kind: 'resume' })
    await ask('Three?')
    expect(threadOf(served)).toMatchObject({ kind: 'new' })
  })

  it('is continued after a restart', async () => {
    const home = await storedHome()
    let id: string
    {
      await using served = await serving(pong, home)
      const conversation = await begun(served)
      id = conversation.id
      await conversation.ask('One?')
    }
    await using again = await serving(pong, home)
    await again.post({ input: 'Two?', conversation: id })
    expect(threadOf(again)).toEqual({ kind: 'resume', id: 'thread_1', heldItems: 2 })
  })
})
