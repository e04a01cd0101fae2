import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAppServer } from '../../engines/app-server/rig.ts'
import { startExec } from '../../engines/exec/rig.ts'
import { responseResource } from '../../support/response-schemas.ts'
import { responseStreamFrom, textOf } from '../../support/response-stream.ts'
import { answer, says } from '../../support/upstream/answer.ts'
import { message, reasoning, webSearch } from '../../support/upstream/items.ts'
import { runs } from '../../support/upstream/tool-calls.ts'
import { ask, startResponses } from './start-responses.ts'
import type { StartedResponses } from './start-responses.ts'

describe('a response by the real codex', () => {
  let rig: Awaited<ReturnType<typeof startExec>>
  let served: StartedResponses
  let home: string
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'responses-'))
    rig = await startExec()
    served = await startResponses([], { engine: rig.engine, home })
  })
  afterAll(async () => {
    await served[Symbol.asyncDispose]()
    await rig[Symbol.asyncDispose]()
    await rm(home, { recursive: true })
  })

  it('has every message and thought as an item, and the tokens', async () => {
    rig.upstream.answerAll(
      answer([reasoning('Let me see.'), message('One.', 'commentary'), message(['Two', '.'], 'final_answer')])
    )
    const { response } = responseStreamFrom(
      await (await served.post({ ...ask, stream: true, reasoning: { summary: 'auto' } })).text()
    )
    expect(response.output.map(textOf)).toEqual(['Let me see.', 'One.', 'Two.'])
    expect(response.usage).toMatchObject({ input_tokens: 100, output_tokens: 20 })
  })

  it('shows the commands and searches of codex where the client asks for them', async () => {
    rig.upstream.answerAll(
      runs('echo out; exit 3', answer([webSearch('weather in Oslo'), message('It failed.')]), 'I run it.')
    )
    const { response, events } = responseStreamFrom(
      await (await served.post({ ...ask, stream: true, include: ['codex.work'] })).text()
    )
    expect(response.output).toMatchObject([
      {
        type: 'mcp_call',
        status: 'failed',
        name: 'command',
        arguments: expect.stringContaining('echo out; exit 3') as string,
        output: 'out\n',
        error: 'exit code 3'
      },
      { type: 'web_search_call', status: 'completed', action: { query: 'weather in Oslo' } },
      { type: 'message' }
    ])
    expect(events.map(({ type }) => type)).toContain('response.mcp_call.failed')
    const again = responseResource.parse(
      await (await served.post({ ...ask, previous_response_id: response.id })).json()
    )
    expect(again.output.map(({ type }) => type)).not.toContain('mcp_call')
  })

  it('shows them from app-server too', async () => {
    await using other = await startAppServer({ answer: runs('echo out', says('Done.')) })
    await using server = await startResponses([], { engine: other.engine })
    const { response } = responseStreamFrom(
      await (await server.post({ ...ask, stream: true, include: ['codex.work'] })).text()
    )
    expect(response.output).toMatchObject([
      { type: 'mcp_call', status: 'completed', name: 'command', output: 'out\n', error: null },
      { type: 'message' }
    ])
  })

  it('that continues another shows the model its history, and reports the tokens of its own turn', async () => {
    rig.upstream.answerAll(says('The word is heron.'))
    const { id } = responseResource.parse(await (await served.post(ask)).json())
    const next = responseResource.parse(
      await (await served.post({ ...ask, input: 'Which word?', previous_response_id: id })).json()
    )
    expect(next.usage?.input_tokens).toBe(100)
    expect(JSON.stringify(rig.upstream.requests.at(-1)!.body)).toMatch(/Say pong\..*The word is heron\..*Which word\?/s)
  })
})
