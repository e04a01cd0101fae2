import { describe, expect, it } from 'vitest'
import { workFrom } from '../../../src/api/responses/work.ts'
import type { ThreadItem } from '../../../src/turn/item.ts'
import { responseResource } from '../../support/response-schemas.ts'
import { responseStreamFrom } from '../../support/response-stream.ts'
import { message, turn } from '../../support/scripted-engine.ts'
import { startResponses } from './start-responses.ts'
import { busy, change, command, completes, headers, mcp, post, running, search, starts } from './busy.ts'

describe('what Codex does', () => {
  it('is shown as items where a header or `include` requests it, streamed or not', async () => {
    await using served = await startResponses(turn(...busy))
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

  it('is not shown otherwise', async () => {
    await using served = await startResponses(turn(...busy))
    const response = await post(served, { include: ['web_search_call.action.sources'] }, { 'x-codex-work': 'no' })
    expect(response.headers.get('x-ignored-parameters')).toBe('include')
    expect(responseResource.parse(await response.json()).output.map(({ type }) => type)).toEqual(['message', 'message'])
  })

  it('may come to nothing', async () => {
    await using served = await startResponses(
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
    await using served = await startResponses(turn(...busy))
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
  ])('%s shows it', (_, item, output, error) => {
    expect(workFrom(item)).toMatchObject({ type: 'call', call: { output, error } })
  })

  it('shows both ends of a long output', () => {
    const work = workFrom(command(`start${'😀'.repeat(10_000)}end`, 0, 'completed'))
    const output = work?.type === 'call' ? (work.call.output ?? '') : ''
    expect(output.length).toBeLessThan(8_300)
    expect(output).toMatch(/^start(😀)+\n… \d+ characters left out …\n(😀)+end$/u)
  })
})
