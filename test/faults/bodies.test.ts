import fc from 'fast-check'
import { expect, it } from 'vitest'
import { allApis } from '../../src/app/apis.ts'
import type { TurnRequest } from '../../src/turn/request.ts'
import { post, startGateway, token } from '../app/start-gateway.ts'
import { chatStreamFrom } from '../support/chat-stream.ts'
import { chatCompletion, errorBody, textChunk, textCompletion } from '../support/openai-schemas.ts'
import { responseResource } from '../support/response-schemas.ts'
import { responseStreamFrom } from '../support/response-stream.ts'
import { message, reasoning, scriptedEngine, toolCall, turn } from '../support/scripted-engine.ts'
import { bodies } from './bodies.ts'

/** What is checked of an answer that is not an error. */
const checks: Record<string, { whole: (body: unknown) => unknown; streamed: (text: string) => unknown }> = {
  '/v1/chat/completions': {
    whole: (body) => chatCompletion.parse(body),
    streamed: (text) => expect(chatStreamFrom(text).error).toBeUndefined()
  },
  '/v1/responses': {
    whole: (body) => responseResource.parse(body),
    streamed: (text) => expect(responseStreamFrom(text).error).toBeUndefined()
  },
  '/v1/completions': { whole: (body) => textCompletion.parse(body), streamed: completionChunks }
}

function completionChunks(text: string): void {
  const events = text
    .trimEnd()
    .split('\n\n')
    .map((line) => line.replace(/^data: /, ''))
  expect(events.pop()).toBe('[DONE]')
  for (const event of events) textChunk.parse(JSON.parse(event))
}

const said = ({ tools }: TurnRequest) =>
  turn(
    ...reasoning('r', 'Hm.'),
    ...message('m', '{"json":', '"{}"}'),
    ...(tools?.length ? [toolCall('c1', tools[0]!.name, '{}')] : [])
  )

it(
  'any body is answered as OpenAI answers: with what was asked for, or with an error that is the client’s',
  { timeout: 60_000 },
  async () => {
    const engine = scriptedEngine(said, [{ id: 'gpt-test', isDefault: true }])
    await using gateway = await startGateway({
      engine,
      apis: allApis,
      env: { CODEX_THREAD_TTL_HOURS: '0', CODEX_MODEL_ALIASES: '{"fast": "gpt-test"}' }
    })
    const seen = { answered: 0, refused: 0 }
    await fc.assert(
      fc.asyncProperty(bodies, async ({ path, body }) => {
        const response = await post(gateway.url + path, body)
        const text = await response.text()
        expect(text + JSON.stringify([...response.headers])).not.toContain(token)
        expect(response.headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{32}$/)
        if (response.status !== 200) {
          expect(response.status).toBeGreaterThanOrEqual(400)
          expect(response.status).toBeLessThan(500)
          errorBody.parse(JSON.parse(text))
          seen.refused += 1
        } else {
          if (response.headers.get('content-type')?.startsWith('text/event-stream')) checks[path]?.streamed(text)
          else checks[path]?.whole(JSON.parse(text))
          seen.answered += 1
        }
      }),
      { numRuns: 500 }
    )
    expect(Math.min(seen.answered, seen.refused)).toBeGreaterThan(75)
    expect(gateway.lines.filter(({ msg }) => msg === 'failure')).toEqual([])
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect(engine.running).toBe(0)
  }
)
