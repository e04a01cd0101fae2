import { describe, expect, it } from 'vitest'
import { choiceChunk, chatCompletion, errorBody, usageChunk } from '../../support/openai-schemas.ts'
import { completed, forever, message, toolCall, turn } from '../../support/scripted-engine.ts'
import type { Step } from '../../support/scripted-engine.ts'
import { ask, startChat } from './start-chat.ts'

const failed: Step = { type: 'turn.failed', error: { code: 'upstream_error', message: 'No.' } }

/** A script that is another one for each turn; the last one is for all further turns. */
function inTurn(...scripts: Step[][]): () => Step[] {
  let at = 0
  return () => scripts[Math.min(at++, scripts.length - 1)] ?? []
}

const eventsOf = (body: string) =>
  body
    .trimEnd()
    .split('\n\n')
    .map((line) => line.slice('data: '.length))

describe('a chat completion of several choices', () => {
  it('is one object, with the usage of all its turns', async () => {
    await using chat = await startChat(
      inTurn(turn(...message('m', 'one')), turn(toolCall('call_1', 'f', '{}')), turn(...message('m', 'three')))
    )
    const answer = chatCompletion.parse(await (await chat.post({ ...ask, n: 3 })).json())
    expect(answer.choices).toMatchObject([
      { index: 0, message: { content: 'one' }, finish_reason: 'stop' },
      { index: 1, message: { content: null, tool_calls: [{ id: 'call_1' }] }, finish_reason: 'tool_calls' },
      { index: 2, message: { content: 'three' }, finish_reason: 'stop' }
    ])
    expect(answer.usage).toMatchObject({ prompt_tokens: 300, completion_tokens: 60, total_tokens: 360 })
    expect(await chat.line(({ route }) => route === '/chat/completions')).toMatchObject({
      tokens_in: 300,
      tokens_out: 60
    })
  })

  it('is a stream in which each choice begins, and ends', async () => {
    await using chat = await startChat(inTurn(turn(...message('m', 'o', 'ne')), turn(...message('m', 'two'))))
    const body = { ...ask, n: 2, stream: true, stream_options: { include_usage: true } }
    const events = eventsOf(await (await chat.post(body)).text())
    expect(events.pop()).toBe('[DONE]')
    expect(usageChunk.parse(JSON.parse(events.pop() ?? '')).usage.total_tokens).toBe(240)
    const chunks = events.map((event) => choiceChunk.parse(JSON.parse(event)))
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1)
    expect(chunks.map(({ choices: [{ index, delta, finish_reason }] }) => [index, delta, finish_reason])).toEqual(
      [['o', 'ne'], ['two']].flatMap((texts, index) => [
        [index, { role: 'assistant', content: '', refusal: null }, null],
        ...texts.map((content) => [index, { content }, null]),
        [index, {}, 'stop']
      ])
    )
  })

  it('has one turn at a time', async () => {
    let most = 0
    await using chat = await startChat(() => {
      most = Math.max(most, chat.engine.running)
      return turn(...message('m', 'x'))
    })
    expect((await chat.post({ ...ask, n: 8 })).status).toBe(200)
    expect([most, chat.engine.turns.length]).toEqual([1, 8])
  })

  it('fails as a whole where one of its turns fails', async () => {
    const script = () => inTurn(turn(...message('m', 'one')), [failed])
    await using whole = await startChat(script())
    expect((await whole.post({ ...ask, n: 2 })).status).toBe(502)
    await using streamed = await startChat(script())
    const events = eventsOf(await (await streamed.post({ ...ask, n: 3, stream: true })).text())
    expect(errorBody.parse(JSON.parse(events.at(-1) ?? '')).error.code).toBe('upstream_error')
    expect(streamed.engine.turns).toHaveLength(2)
  })

  it('cuts each choice at a stop sequence', async () => {
    await using chat = await startChat([...turn(...message('m', 'one EN', 'D two')).slice(0, -1), completed, forever])
    const answer = chatCompletion.parse(await (await chat.post({ ...ask, n: 2, stop: 'END' })).json())
    expect(answer.choices.map(({ message: { content } }) => content)).toEqual(['one ', 'one '])
    expect(chat.engine.running).toBe(0)
  })

  it('begins no further turn when its client has left', async () => {
    let reached = () => {}
    const waiting = new Promise<void>((resolve) => (reached = resolve))
    await using chat = await startChat(
      inTurn(turn(...message('m', 'one')), [
        ...message('m', 'half'),
        () => {
          reached()
          return new Promise(() => {})
        }
      ])
    )
    const leaving = new AbortController()
    const answer = chat.post({ ...ask, n: 3 }, leaving.signal)
    await waiting
    leaving.abort()
    await expect(answer).rejects.toThrow('aborted')
    await chat.engine.turns[1]?.ended
    await chat.line(({ status }) => status === 499)
    expect(chat.engine.turns).toHaveLength(2)
  })
})
