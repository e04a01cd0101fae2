import OpenAI from 'openai'
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions'
import { describe, expect, it } from 'vitest'
import { catalogFrom } from '../../../src/models/catalog.ts'
import { modelResolver } from '../../../src/models/resolve.ts'
import type { HistoryItem, TurnRequest, UserInput } from '../../../src/turn/request.ts'
import { servedChat } from '../../api/chat/served.ts'
import { processesWith } from '../../support/processes.ts'
import { answer, says } from '../../support/upstream/answer.ts'
import { functionCall, message } from '../../support/upstream/items.ts'
import type { UpstreamRequest } from '../../support/upstream/request.ts'
import { heldAfter, mute } from '../../support/upstream/script.ts'
import { runs } from '../../support/upstream/tool-calls.ts'
import { endOf, heard, sharedRig } from './rig.ts'

const text = (words: string): UserInput[] => [{ type: 'text', text: words }]
const user = (words: string): HistoryItem => ({ type: 'message', role: 'user', content: text(words) })
const assistant = (...words: string[]): HistoryItem => ({
  type: 'message',
  role: 'assistant',
  content: words.flatMap(text)
})
const usual = { input_tokens: 100, cached_input_tokens: 40, output_tokens: 20, reasoning_output_tokens: 5 }

/** Answers with what was asked. */
const numbered = (request: UpstreamRequest) => says('Answer to ', request.userTexts.at(-1) ?? '')

describe('a conversation', () => {
  const rig = sharedRig({
    engine: { warmThreads: 32, profiles: { agent: {}, bare: { include_environment_context: false } } },
    tools: true,
    answer: numbered
  })
  const last = () => rig().upstream.requests.at(-1)!
  const key = () => last().body.prompt_cache_key
  const ask = (words: string, history: HistoryItem[] = [], more: Partial<TurnRequest> = {}, signal?: AbortSignal) =>
    rig().run({ input: text(words), history, client: 'ada', ...more }, signal)
  /** Whether what follows `begun`, whose last answer was `said`, goes on in its thread. */
  const goesOn = async (begun: HistoryItem[], more?: Partial<TurnRequest>) => {
    const before = key()
    await ask('And?', begun, more)
    return key() === before
  }

  it('of ten turns by the official client is one to the model too', async () => {
    const { engine } = rig()
    await using chat = await servedChat([], {
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

  it('goes on whether its paragraphs come as one message or as several', async () => {
    for (const said of [
      [assistant('Let me see.\n\nIt is.')],
      [assistant('Let me see.'), assistant('It is.')],
      [assistant('Let me see.', 'It is.')]
    ]) {
      rig().upstream.answerNext(answer([message('Let me see.'), message('It is.')]))
      await ask('Is it?')
      expect(await goesOn([user('Is it?'), ...said])).toBe(true)
    }
  })

  it.each<[string, HistoryItem[], Partial<TurnRequest>]>([
    ['was edited', [user('Hullo.'), assistant('Answer to Hello.')], {}],
    ['holds another answer', [user('Hello.'), assistant('Answer to hello.')], {}],
    ['is longer', [user('Before.'), user('Hello.'), assistant('Answer to Hello.')], {}],
    ['is another client’s', [user('Hello.'), assistant('Answer to Hello.')], { client: 'bob' }],
    ['has other instructions', [user('Hello.'), assistant('Answer to Hello.')], { instructions: 'Rhyme.' }],
    ['asks another model', [user('Hello.'), assistant('Answer to Hello.')], { model: 'gpt-5.6-sol' }],
    ['asks for another effort', [user('Hello.'), assistant('Answer to Hello.')], { effort: 'low' }],
    ['may do more', [user('Hello.'), assistant('Answer to Hello.')], { sandbox: 'workspace-write' }],
    ['has another profile', [user('Hello.'), assistant('Answer to Hello.')], { profile: 'bare' }],
    ['has tools', [user('Hello.'), assistant('Answer to Hello.')], { tools: [{ name: 'f' }] }]
  ])('that %s gets a thread of its own', async (_title, history, more) => {
    await ask('Hello.')
    expect(await goesOn(history, more)).toBe(false)
    expect(heard(await ask('Once more.', history, more))).toBe('Answer to Once more.')
    expect(last().userTexts.filter((words) => words === 'And?')).toEqual([])
  })

  it('that branches goes on in the thread once, and then in one of its own', async () => {
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

  it('with tools goes on after an answer, but not in a thread whose call was never answered', async () => {
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
    await rig().run({ input: [], history: called, tools, client: 'ada' })
    expect(key()).not.toBe(first)
    expect(await goesOn([...called, assistant('Rain.')], { tools })).toBe(true)
    expect(JSON.stringify(last().body.input)).not.toContain('aborted')
  })

  it('goes on when commands have run, of which nothing is left', async () => {
    const script = runs('setsid sleep 86396 < /dev/null > /dev/null 2>&1 & echo done', says('It is done.'))
    rig().upstream.answerNext(script, script)
    await ask('Do it.', [], { sandbox: 'danger-full-access' })
    expect(await goesOn([user('Do it.'), assistant('It is done.')], { sandbox: 'danger-full-access' })).toBe(true)
    expect(last().body.input.find(({ type }) => type === 'function_call_output')?.output).toContain('done')
    expect(processesWith('sleep 86396')).toEqual([])
  })

  it('that was broken off begins anew', async () => {
    const abort = new AbortController()
    rig().upstream.answerNext(
      heldAfter('response.output_text.delta', says('Half', ' an answer'), new Promise(() => {}))
    )
    const asked = rig().upstream.count
    const broken = ask('Tell me.', [], {}, abort.signal)
    await rig().upstream.requested(asked + 1)
    abort.abort('client')
    expect(endOf(await broken).type).toBe('turn.interrupted')
    expect(await goesOn([user('Tell me.'), assistant('Half')])).toBe(false)
  })

  it('is not shared by two turns at once', async () => {
    await ask('Begin.')
    const begun = [user('Begin.'), assistant('Answer to Begin.')]
    const turns = await Promise.all(['One?', 'Two?', 'Three?'].map((words) => ask(words, begun)))
    expect(turns.map((events) => heard(events))).toEqual(['Answer to One?', 'Answer to Two?', 'Answer to Three?'])
    const keys = rig()
      .upstream.requests.slice(-3)
      .map(({ body }) => body.prompt_cache_key)
    expect(new Set(keys).size).toBe(3)
  })

  it('begins anew when app-server has been started again', async () => {
    await ask('Hello.')
    const before = key()
    rig().upstream.answerNext(mute)
    const asked = rig().upstream.count
    const lost = ask('Wait.')
    await rig().upstream.requested(asked + 1)
    const child = processesWith(rig().mark).find((line) => /^\d+ \S*\/codex app-server /.test(line))
    process.kill(Number(child?.split(' ')[0]), 'SIGKILL')
    expect(endOf(await lost)).toMatchObject({ type: 'turn.failed', error: { code: 'engine_stopped' } })
    expect(heard(await ask('And?', [user('Hello.'), assistant('Answer to Hello.')]))).toBe('Answer to And?')
    expect(key()).not.toBe(before)
    expect(last().userTexts.slice(-2)).toEqual(['Hello.', 'And?'])
  })
})
