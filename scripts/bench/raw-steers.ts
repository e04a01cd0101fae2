import type { RawConnection } from './raw-tool-loop.ts'
import { Seen } from './seen.ts'
import { openWord } from './slow.ts'

const inputOf = (text: string) => [{ type: 'text', text, text_elements: [] }]

/** Adds so many messages by hand to a turn whose answer stays open, each when the answer to the one before has begun. Resolves with the ms until each is accepted. */
export async function rawSteers(
  { request, threads }: RawConnection,
  threadId: string,
  count: number
): Promise<number[]> {
  const seen = new Seen()
  threads.set(threadId, ({ method }) => seen.add(method))
  const { result } = await request('turn/start', { threadId, effort: 'low', input: inputOf(openWord) })
  const turnId = result?.turn?.id
  const times: number[] = []
  for (let number = 0; number < count; number++) {
    await seen.next('item/agentMessage/delta')
    const begun = performance.now()
    await request('turn/steer', { threadId, expectedTurnId: turnId, input: inputOf('Be brief.') })
    times.push(performance.now() - begun)
  }
  await request('turn/interrupt', { threadId, turnId })
  await seen.next('turn/completed')
  threads.delete(threadId)
  return times
}
