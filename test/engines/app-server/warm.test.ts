import OpenAI from 'openai'
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions'
import { describe, expect, it } from 'vitest'
import { catalogFrom } from '../../../src/models/catalog.ts'
import { modelResolver } from '../../../src/models/resolve.ts'
import type { HistoryItem, TurnRequest } from '../../../src/turn/request.ts'
import { startChat } from '../../api/chat/start-chat.ts'
import { processesWith } from '../../support/processes.ts'
import { answer, says } from '../../support/upstream/answer.ts'
import { functionCall, message } from '../../support/upstream/items.ts'
import type { UpstreamRequest } from '../../support/upstream/request.ts'
import { runs } from '../../support/upstream/tool-calls.ts'
import { endOf, deltasOf } from './rig.ts'
import { assistant, text, user, usual, warmRig } from './warm.ts'

describe('a conversation', () => {
  const { rig, last, key, ask, goesOn } = warmRig()

  it('of ten turns by the official client is one to the model too', async () => {
    const { engine } = rig()
    await using chat = await startChat([], {
      engine,
      resolveModel: modelResolver({ aliases: new Map(), advertised: [], stripAnswerTags: false }, catalogFrom(engine))
    })
    const openai = new OpenAI({ baseURL: `${chat.url}/v1`, apiKey: 'none', maxRetries: 0 })
    const messages: ChatCompletionMessageParam[] = [{ role: 'system', content: 'Be brief.' }]
    const sent: UpstreamRequest[] = []
    for (let turn = 0; turn < 10; turn++) {
      messages.push({ role: 'user', content: `question ${turn}` })
      if (turn % 2)
        messages.push((await openai.chat.completions.create({ model: 'gpt-5.5', messages })).choices[0]!.message)
      else
        messages.push(
          (await openai.chat.completions.stream({ model: 'gpt-5.5', messages }).finalChatCompletion()).choices[0]!
            .message
        )
      sent.push(last())
    }
    expect(messages.at(-1)?.content).toBe('Answer to question 9')
    expect(new Set(sent.map(({ body }) => body.prompt_cache_key)).size).toBe(1)
    for (const [index, { body }] of sent.entries()) {
      const before = sent[index - 1]?.body.input ?? []
      expect(body.input.slice(0, before.length)).toEqual(before)
      if (index > 0) expect(body.input.length - before.length).toBe(2) // the answer, and the next question
    }
  })

  it('costs what each turn took', async () => {
    await ask('One.')
    expect(endOf(await ask('Two.', [user('One.'), assistant('Answer to One.')]))).toEqual({
      type: 'turn.completed',
      usage: usual
    })
  })

  it('continues whether its paragraphs come as one message or as several', async () => {
    for (const answers of [
      [assistant('Let me see.\n\nIt is.')],
      [assistant('Let me see.'), assistant('It is.')],
      [assistant('Let me see.', 'It is.')]
    ]) {
      rig().upstream.answerNext(answer([message('Let me see.'), message('It is.')]))
      await ask('Is it?')
      expect(await goesOn([user('Is it?'), ...answers])).toBe(true)
    }
  })

  it.each<[string, HistoryItem[], Partial<TurnRequest>]>([
    ['was edited', [user('Hullo.'), assistant('Answer to Hello.')], {}],
    ['holds another answer', [user('Hello.'), assistant('Answer to hello.')], {}],
    ['is longer', [user('Before.'), user('Hello.'), assistant('Answer to Hello.')], {}],
    ['is another owner’s', [user('Hello.'), assistant('Answer to Hello.')], { owner: 'bob' }],
    ['has other instructions', [user('Hello.'), assistant('Answer to Hello.')], { instructions: 'Rhyme.' }],
    ['asks another model', [user('Hello.'), assistant('Answer to Hello.')], { model: 'gpt-5.6-sol' }],
    ['asks for another effort', [user('Hello.'), assistant('Answer to Hello.')], { effort: 'low' }],
    ['may do more', [user('Hello.'), assistant('Answer to Hello.')], { sandbox: 'workspace-write' }],
    ['has another profile', [user('Hello.'), assistant('Answer to Hello.')], { profile: 'bare' }],
    ['has tools', [user('Hello.'), assistant('Answer to Hello.')], { tools: [{ name: 'f' }] }]
  ])('that %s gets a thread of its own', async (_title, history, more) => {
    await ask('Hello.')
    expect(await goesOn(history, more)).toBe(false)
    expect(deltasOf(await ask('Once more.', history, more))).toBe('Answer to Once more.')
    expect(last().userTexts.filter((words) => words === 'And?')).toEqual([])
  })

  it('that branches continues in the thread once, and then in one of its own', async () => {
    await ask('Root.')
    const root = [user('Root.'), assistant('Answer to Root.')]
    const rootKey = key()
    await ask('Left?', root)
    expect(key()).toBe(rootKey)
    await ask('Right?', root)
    expect(key()).not.toBe(rootKey)
    expect(last().userTexts).not.toContain('Left?')
    await ask('Further left?', [...root, user('Left?'), assistant('Answer to Left?')])
    expect([key(), last().userTexts.slice(-3)]).toEqual([rootKey, ['Root.', 'Left?', 'Further left?']])
  })

  it('may ask for a schema in one turn and not in the next', async () => {
    rig().upstream.answerNext(says('{"n":1}'))
    await ask('A number?', [], {
      outputSchema: {
        type: 'object',
        properties: { n: { type: 'number' } },
        required: ['n'],
        additionalProperties: false
      }
    })
    expect(last().body.text?.format).toBeDefined()
    expect(await goesOn([user('A number?'), assistant('{"n":1}')])).toBe(true)
    expect(last().body.text?.format).toBeUndefined()
  })

  it('with tools continues after an answer, but not in a thread whose call was never answered', async () => {
    const tools = [{ name: 'look' }]
    rig().upstream.answerNext(answer([functionCall('look', {})]), says('Rain.'))
    const call_id = (await ask('Weather?', [], { tools })).flatMap((event) =>
      event.type === 'tool.called' ? event.call_id : []
    )[0]!
    const called: HistoryItem[] = [
      user('Weather?'),
      { type: 'tool_call', call_id, name: 'look', arguments: '{}' },
      { type: 'tool_result', call_id, output: text('rain') }
    ]
    const first = key()
    await rig().run({ input: [], history: called, tools, owner: 'ada' })
    expect(key()).not.toBe(first)
    expect(await goesOn([...called, assistant('Rain.')], { tools })).toBe(true)
    expect(JSON.stringify(last().body.input)).not.toContain('aborted')
  })

  it('continues when commands have run, of which nothing is left', async () => {
    const script = runs('setsid sleep 86396 < /dev/null > /dev/null 2>&1 & echo done', says('It is done.'))
    rig().upstream.answerNext(script, script)
    await ask('Do it.', [], { sandbox: 'danger-full-access' })
    expect(await goesOn([user('Do it.'), assistant('It is done.')], { sandbox: 'danger-full-access' })).toBe(true)
    expect(last().body.input.find(({ type }) => type === 'function_call_output')?.output).toContain('done')
    expect(processesWith('sleep 86396')).toEqual([])
  })
})
