import { describe, expect, it } from 'vitest'
import { chatStreamFrom } from '../../support/chat-stream.ts'
import { chatCompletion } from '../../support/openai-schemas.ts'
import { completed, message, reasoning, toolCall, turn, usage } from '../../support/scripted-engine.ts'
import { ask, startChat } from './start-chat.ts'

const stream = { ...ask, stream: true }

describe('a chat completion', () => {
  it('is one object', async () => {
    await using chat = await startChat(turn(...reasoning('r', 'hm'), ...message('m', 'po', 'ng')))
    const response = await chat.post(ask)
    const answer = chatCompletion.parse(await response.json())
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(response.headers.get('x-codex-engine')).toBe('scripted')
    expect(answer.model).toBe('gpt-test')
    expect(answer.choices[0]).toMatchObject({
      message: { content: 'pong', reasoning_content: 'hm' },
      finish_reason: 'stop'
    })
    expect(answer.usage).toMatchObject({ prompt_tokens: usage.input_tokens, completion_tokens: usage.output_tokens })
  })

  it('is a stream of chunks that ends with [DONE]', async () => {
    await using chat = await startChat(turn(...reasoning('r', 'hm'), ...message('m', 'po', 'ng')))
    const response = await chat.post(stream)
    const body = await response.text()
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(response.headers.get('x-codex-engine')).toBe('scripted')
    expect(body.endsWith('data: [DONE]\n\n')).toBe(true)
    expect(chatStreamFrom(body)).toMatchObject({ content: 'pong', reasoning: 'hm', finishReason: 'stop' })
    expect(chatStreamFrom(body).usage).toBeUndefined()
  })

  it('has its usage in a chunk of its own on request', async () => {
    await using chat = await startChat(turn(...message('m', 'pong')))
    const body = await (await chat.post({ ...stream, stream_options: { include_usage: true } })).text()
    expect(chatStreamFrom(body).usage).toMatchObject({ prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 })
  })

  it('joins messages by a blank line, streamed or not', async () => {
    await using chat = await startChat(turn(...message('a', 'one'), ...message('empty'), ...message('b', 'two')))
    expect(chatCompletion.parse(await (await chat.post(ask)).json()).choices[0].message.content).toBe('one\n\ntwo')
    expect(chatStreamFrom(await (await chat.post(stream)).text()).content).toBe('one\n\ntwo')
  })

  it('of an empty message is empty', async () => {
    await using chat = await startChat(turn(...message('m')))
    expect(chatCompletion.parse(await (await chat.post(ask)).json()).choices[0].message.content).toBe('')
    expect(chatStreamFrom(await (await chat.post(stream)).text())).toMatchObject({ content: '', finishReason: 'stop' })
  })

  it('without any message is an empty answer', async () => {
    await using chat = await startChat(turn(...reasoning('r', 'hm')))
    expect(chatCompletion.parse(await (await chat.post(ask)).json()).choices[0].message.content).toBe('')
    expect(chatStreamFrom(await (await chat.post(stream)).text())).toMatchObject({ content: '', finishReason: 'stop' })
  })

  it('calls the caller’s functions', async () => {
    await using chat = await startChat(
      turn(toolCall('call_1', 'weather', '{"city":"Oslo"}'), toolCall('call_2', 'time', ''))
    )
    const answer = chatCompletion.parse(await (await chat.post(ask)).json())
    const calls = [
      { id: 'call_1', name: 'weather', arguments: '{"city":"Oslo"}' },
      { id: 'call_2', name: 'time', arguments: '' }
    ]
    expect(answer.choices[0]).toMatchObject({
      message: { content: null, tool_calls: calls.map(({ id, ...called }) => ({ id, function: called })) },
      finish_reason: 'tool_calls'
    })
    expect(chatStreamFrom(await (await chat.post(stream)).text())).toMatchObject({
      content: '',
      calls,
      finishReason: 'tool_calls'
    })
  })

  it('splits what is too long for a line, between characters', async () => {
    const long = '😀"\u0001é'.repeat(20_000)
    await using chat = await startChat(turn(...message('m', long), toolCall('call_1', 'f', JSON.stringify(long))))
    const answer = chatStreamFrom(await (await chat.post(stream)).text())
    expect(answer.content).toBe(long)
    expect(answer.calls[0]?.arguments).toBe(JSON.stringify(long))
  })

  it('leaves out what comes after a stop sequence, and ends the turn', async () => {
    await using chat = await startChat([
      ...turn(...message('m', 'one EN', 'D two')).slice(0, -1),
      completed,
      ...message('n', 'never')
    ])
    const asked = { ...ask, stop: 'END' }
    const answer = chatCompletion.parse(await (await chat.post(asked)).json())
    expect(answer.choices[0]).toMatchObject({ message: { content: 'one ' }, finish_reason: 'stop' })
    expect(answer.usage.total_tokens).toBe(120)
    expect(chatStreamFrom(await (await chat.post({ ...asked, stop: ['END'], stream: true })).text())).toMatchObject({
      content: 'one ',
      finishReason: 'stop'
    })
    expect(chat.engine.running).toBe(0)
  })

  it('unwraps the object of json_object', async () => {
    await using chat = await startChat(turn(...message('m', '{"json":"{\\"a\\"', ':1}"}')))
    const asked = { ...ask, response_format: { type: 'json_object' } }
    expect(chatCompletion.parse(await (await chat.post(asked)).json()).choices[0].message.content).toBe('{"a":1}')
    expect(chatStreamFrom(await (await chat.post({ ...asked, stream: true })).text()).content).toBe('{"a":1}')
  })

  it('strips the answer tags where the alias sets it, and nowhere else', async () => {
    await using chat = await startChat(turn(...message('m', '<think>x</th', 'ink><answer>do()</answer>')), {
      aliases: { phone: { model: 'gpt-test', strip_answer_tags: true } }
    })
    const content = async (model: string) =>
      chatStreamFrom(await (await chat.post({ ...stream, model })).text()).content
    expect(await content('phone')).toBe('xdo()')
    expect(await content('gpt-test')).toBe('<think>x</think><answer>do()</answer>')
  })

  it('names the parameters that have no effect', async () => {
    await using chat = await startChat(turn(...message('m', 'pong')))
    const response = await chat.post({ ...ask, temperature: 0, max_tokens: 5 })
    expect(response.headers.get('x-ignored-parameters')).toBe('temperature, max_tokens')
    expect((await chat.post(ask)).headers.get('x-ignored-parameters')).toBeNull()
  })

  it('echoes the requested name and runs what it means', async () => {
    await using chat = await startChat(turn(...message('m', 'pong')), {
      aliases: { phone: { model: 'gpt-x', effort: 'low', sandbox: 'workspace-write' } }
    })
    const answer = chatCompletion.parse(await (await chat.post({ ...ask, model: 'phone' })).json())
    expect(answer.model).toBe('phone')
    expect(chat.engine.turns[0]?.request).toEqual({
      model: 'gpt-x',
      effort: 'low',
      sandbox: 'workspace-write',
      owner: 'anonymous',
      workspace: 'default',
      discardable: true,
      input: [{ type: 'text', text: 'Say pong.' }]
    })
  })

  it('sends a chunk that every client accepts during a long silence', async () => {
    let resolveSilence = () => {}
    const silence = new Promise<void>((resolve) => (resolveSilence = resolve))
    await using chat = await startChat(
      turn(...reasoning('r', 'hm'), () => silence, ...message('m', 'pong')),
      { waiting: { silenceMs: 5 } }
    )
    const response = await chat.post(stream)
    let body = ''
    for await (const bytes of response.body!.pipeThrough(new TextDecoderStream())) {
      body += bytes
      if (body.split('{"content":""}').length > 2) resolveSilence()
    }
    const answer = chatStreamFrom(body)
    expect(answer.content).toBe('pong')
    expect(
      answer.chunks.filter(
        ({ choices: [choice] }) => 'content' in choice.delta && choice.delta.content === '' && !('role' in choice.delta)
      ).length
    ).toBeGreaterThan(1)
  })
})
