import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAppServer } from '../../engines/app-server/rig.ts'
import { startExec } from '../../engines/exec/rig.ts'
import { chatStreamFrom } from '../../support/chat-stream.ts'
import { says } from '../../support/upstream/answer.ts'
import { gate, heldAfter } from '../../support/upstream/script.ts'
import { ask, startChat } from './start-chat.ts'
import type { StartedChat } from './start-chat.ts'

describe.each([
  ['exec', () => startExec()],
  ['app-server', () => startAppServer()]
])('an answer of %s that is cut at a stop sequence', (name, start) => {
  let rig: Awaited<ReturnType<typeof start>>
  let chat: StartedChat
  beforeAll(async () => {
    rig = await start()
    chat = await startChat([], { engine: rig.engine })
  })
  afterAll(async () => {
    await chat[Symbol.asyncDispose]()
    await rig[Symbol.asyncDispose]()
  })

  it('still reports the tokens of its turn, which come after it', async () => {
    const rest = gate()
    const answer = says('One ', 'END two')
    rig.upstream.answerAll(name === 'exec' ? answer : heldAfter('response.output_text.delta', answer, rest.opened, 2))
    const response = await chat.post({ ...ask, stop: 'END', stream: true, stream_options: { include_usage: true } })
    let body = ''
    for await (const chunk of response.body!) {
      body += Buffer.from(chunk).toString()
      if (body.includes('One')) rest.open() // the gateway has cut the answer by now
    }
    expect(chatStreamFrom(body)).toMatchObject({
      content: 'One ',
      finishReason: 'stop',
      usage: { prompt_tokens: 100, completion_tokens: 20 }
    })
  })
})
