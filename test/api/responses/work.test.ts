import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createOpenAI } from '@ai-sdk/openai'
import { ChatOpenAI } from '@langchain/openai'
import { Agent, OpenAIResponsesModel, run, RunMessageOutputItem, setTracingDisabled } from '@openai/agents'
import { generateText, streamText } from 'ai'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { workFrom } from '../../../src/api/responses/work.ts'
import type { TurnEvent } from '../../../src/turn/event.ts'
import type { ThreadItem } from '../../../src/turn/item.ts'
import { responseResource } from '../../support/response-schemas.ts'
import { responseStreamFrom } from '../../support/response-stream.ts'
import { message, turn } from '../../support/scripted-engine.ts'
import { ask, servedResponses } from './served.ts'
import type { ServedResponses } from './served.ts'

const command = (output: string, exit_code: number | null, status: string): ThreadItem => ({
  id: 'c',
  type: 'command_execution',
  command: 'ls',
  aggregated_output: output,
  exit_code,
  status
})
const change: ThreadItem = {
  id: 'f',
  type: 'file_change',
  changes: [{ path: '/w/a.txt', kind: 'add' }],
  status: 'completed'
}
const mcp: ThreadItem = {
  id: 'm',
  type: 'mcp_tool_call',
  server: 'adder',
  tool: 'add',
  status: 'completed',
  arguments: { a: 1 },
  result: { content: [{ type: 'text', text: '3' }] }
}
const search: ThreadItem = { id: 's', type: 'web_search', query: 'weather' }
const starts = (item: ThreadItem): TurnEvent => ({ type: 'item.started', item })
const completes = (item: ThreadItem): TurnEvent => ({ type: 'item.completed', item })
const running = command('', null, 'in_progress')

/** Work of every kind, some of it at one time. */
const busy = [
  starts(running),
  starts({ ...search, query: '' }),
  completes(search),
  ...message('a', 'I look.'),
  completes(command('out', 0, 'completed')),
  starts({ ...change, changes: [], status: 'in_progress' }),
  completes(change),
  starts({ ...mcp, status: 'in_progress', result: null }),
  completes(mcp),
  ...message('b', 'Done.')
]
const headers = { 'x-codex-work': 'true' }
const post = (served: ServedResponses, body: object, headers: Record<string, string> = {}) =>
  fetch(`${served.url}/v1/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ ...ask, ...body })
  })

describe('what Codex does', () => {
  it('is told as items where a header or `include` asks for it, whole and streamed', async () => {
    await using served = await servedResponses(turn(...busy))
    const { output } = responseResource.parse(await (await post(served, {}, headers)).json())
    expect(output).toMatchObject([
      {
        type: 'mcp_call',
        status: 'completed',
        server_label: 'codex',
        name: 'command',
        arguments: '{"command":"ls"}',
        output: 'out',
        error: null
      },
      { type: 'web_search_call', status: 'completed', action: { query: 'weather' } },
      { type: 'message', content: [{ text: 'I look.' }] },
      {
        type: 'mcp_call',
        name: 'file_change',
        arguments: '{"changes":[{"path":"/w/a.txt","kind":"add"}]}',
        output: null
      },
      { type: 'mcp_call', server_label: 'adder', name: 'add', arguments: '{"a":1}', output: '3' },
      { type: 'message', content: [{ text: 'Done.' }] }
    ])
    const streamed = await post(served, { stream: true, include: ['codex.work'] })
    expect(streamed.headers.get('x-ignored-parameters')).toBeNull()
    expect(responseStreamFrom(await streamed.text()).response.output.map(({ type }) => type)).toEqual(
      output.map(({ type }) => type)
    )
  })

  it('is not told otherwise', async () => {
    await using served = await servedResponses(turn(...busy))
    const response = await post(served, { include: ['web_search_call.action.sources'] }, { 'x-codex-work': 'no' })
    expect(response.headers.get('x-ignored-parameters')).toBe('include')
    expect(responseResource.parse(await response.json()).output.map(({ type }) => type)).toEqual(['message', 'message'])
  })

  it('may come to nothing', async () => {
    await using served = await servedResponses(
      turn(
        starts(running),
        completes(command('', 3, 'failed')),
        starts({ ...running, id: 'd' }),
        starts(search),
        ...message('a', 'So.')
      )
    )
    const { response } = responseStreamFrom(await (await post(served, { stream: true }, headers)).text())
    expect(response.output.map((item) => [item.status, 'error' in item && item.error])).toEqual([
      ['failed', 'exit code 3'],
      ['incomplete', null],
      ['failed', false],
      ['completed', false]
    ])
  })

  it('may be sent again as input', async () => {
    await using served = await servedResponses(turn(...busy))
    const { output } = responseResource.parse(await (await post(served, {}, headers)).json())
    expect((await post(served, { input: [...output, { role: 'user', content: 'Go on.' }] })).status).toBe(200)
    expect(served.engine.turns.at(-1)?.request.history?.map((item) => item.type)).toEqual(['message', 'message'])
  })
})

describe('a piece of work', () => {
  it.each<[string, ThreadItem, string | null, string | null]>([
    ['a command that was declined', command('', null, 'declined'), '', 'declined'],
    ['a change that failed', { ...change, status: 'failed' }, null, 'failed'],
    [
      'a tool that failed',
      { ...mcp, status: 'failed', result: null, error: { message: 'no such tool' } },
      null,
      'no such tool'
    ],
    [
      'a tool with more than text',
      { ...mcp, result: { content: [{ type: 'image' }] } },
      '{"content":[{"type":"image"}]}',
      null
    ]
  ])('%s says so', (_, item, output, error) => {
    expect(workFrom(item)).toMatchObject({ type: 'call', call: { output, error } })
  })

  it('shows both ends of a long output', () => {
    const work = workFrom(command(`start${'😀'.repeat(10_000)}end`, 0, 'completed'))
    const output = work?.type === 'call' ? (work.call.output ?? '') : ''
    expect(output.length).toBeLessThan(8_300)
    expect(output).toMatch(/^start(😀)+\n… \d+ characters left out …\n(😀)+end$/u)
  })
})

setTracingDisabled(true)

describe('clients that are told of it', () => {
  const clients: Record<string, (baseURL: string) => Promise<string>> = {
    openai: async (baseURL) =>
      (await new OpenAI({ baseURL, apiKey: 'x', defaultHeaders: headers }).responses.create(ask)).output_text,
    'openai, streamed by its helper': async (baseURL) => {
      const { output, output_text: text } = await new OpenAI({
        baseURL,
        apiKey: 'x',
        defaultHeaders: headers
      }).responses
        .stream(ask)
        .finalResponse()
      expect(output[0]).toMatchObject({ type: 'mcp_call', output: 'out' })
      return text
    },
    'the AI SDK': async (baseURL) => {
      const { content } = await generateText({
        model: createOpenAI({ baseURL, apiKey: 'x', headers })('gpt-test'),
        prompt: 'Go.'
      })
      expect(content).toContainEqual(expect.objectContaining({ type: 'tool-result', toolName: 'mcp.command' }))
      return content.flatMap((part) => (part.type === 'text' ? part.text : [])).join('')
    },
    'the AI SDK, streamed': async (baseURL) =>
      streamText({ model: createOpenAI({ baseURL, apiKey: 'x', headers })('gpt-test'), prompt: 'Go.' }).text,
    'the Agents SDK': async (baseURL) => {
      const client = new OpenAI({ baseURL, apiKey: 'x', defaultHeaders: headers })
      const { newItems } = await run(
        new Agent({ name: 'a', model: new OpenAIResponsesModel(client, 'gpt-test') }),
        'Go.'
      )
      return newItems.flatMap((item) => (item instanceof RunMessageOutputItem ? item.content : [])).join('')
    },
    LangChain: async (baseURL) =>
      (
        await new ChatOpenAI({
          model: 'gpt-test',
          apiKey: 'x',
          useResponsesApi: true,
          configuration: { baseURL, defaultHeaders: headers }
        }).invoke('Go.')
      ).text,
    'LangChain, streamed': async (baseURL) => {
      let text = ''
      for await (const chunk of await new ChatOpenAI({
        model: 'gpt-test',
        apiKey: 'x',
        useResponsesApi: true,
        configuration: { baseURL, defaultHeaders: headers }
      }).stream('Go.'))
        text += chunk.text
      return text
    }
  }

  it.each(Object.keys(clients))('read the answer: %s', async (name) => {
    await using served = await servedResponses(turn(...busy))
    expect(await clients[name]?.(`${served.url}/v1`)).toBe('I look.Done.')
    expect(served.engine.turns).toHaveLength(1)
  })

  it('may name it when they go on: the AI SDK sends the ids of what was kept', async () => {
    const home = await mkdtemp(join(tmpdir(), 'work-'))
    await using served = await servedResponses(turn(...busy), { home })
    const model = createOpenAI({ baseURL: `${served.url}/v1`, apiKey: 'x', headers })('gpt-test')
    const { response } = await generateText({ model, prompt: 'Go.' })
    const { text } = await generateText({
      model,
      messages: [{ role: 'user', content: 'Go.' }, ...response.messages, { role: 'user', content: 'Go on.' }]
    })
    expect(text).toBe('I look.Done.')
    expect(served.engine.turns.at(-1)?.request.history?.map((item) => item.type)).toEqual([
      'message',
      'message',
      'message'
    ])
    await rm(home, { recursive: true })
  })
})
