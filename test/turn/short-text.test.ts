import { expect, it } from 'vitest'
import { shortTextOf } from '../../src/turn/short-text.ts'

it('the text of an answer is read to its end, if it is no longer than it may be', async () => {
  expect(await shortTextOf(new Response(null), 0)).toBe('')
  expect(await shortTextOf(new Response('grüß'), 6)).toBe('grüß')
  expect(await shortTextOf(new Response('grüß'), 5)).toBeUndefined()
})

it('an answer in pieces is one text, and the rest of one that is too long is not read', async () => {
  const pulled: number[] = []
  const answer = (pieces: number) =>
    new Response(
      new ReadableStream(
        {
          pull(controller) {
            if (pulled.push(pulled.length) > pieces) controller.close()
            else controller.enqueue(Buffer.from('abc'))
          }
        },
        { highWaterMark: 0 }
      )
    )
  expect(await shortTextOf(answer(3), 9)).toBe('abcabcabc')
  pulled.length = 0
  expect(await shortTextOf(answer(100), 6)).toBeUndefined()
  expect(pulled).toHaveLength(3)
})
