import { expect } from 'vitest'
import { chatStreamFrom } from '../support/chat-stream.ts'
import { chatCompletion, errorBody } from '../support/openai-schemas.ts'
import { responseResource } from '../support/response-schemas.ts'
import { responseStreamFrom, textOf } from '../support/response-stream.ts'
import { sharedGateway } from './shared-gateway.ts'
import type { SharedGateway } from './shared-gateway.ts'

export type ApiName = 'chat' | 'responses'

/** A request as both APIs have it. */
export interface Asked {
  model?: string
  /** In the form of responses; without a type they are functions. */
  tools?: Record<string, unknown>[]
  system?: string
  user?: string
  stream?: boolean
  [more: string]: unknown
}

/** An answer, in what both APIs have in common. */
export interface Answered {
  text: string
  /** Of a custom tool, `arguments` is its text. */
  calls: { name: string; arguments: string }[]
}

export interface CallerToolsGateway extends SharedGateway {
  post: (path: string, body: object) => Promise<Response>
  /** Asks one of the two APIs, and reads its answer. */
  ask: (api: ApiName, asked: Asked) => Promise<Answered>
  /** Asks for what is refused as invalid, and reads why. */
  refusal: (api: ApiName, asked: Asked) => Promise<{ message: string; param: string | null; code: string | null }>
}

/** A function of the caller's. */
export const lookUp = { name: 'look_up', parameters: { type: 'object', properties: { word: { type: 'string' } } } }

const paths = { chat: '/chat/completions', responses: '/responses' }

/** `sharedGateway`, with what tests of the caller's tools need on both APIs. */
export function callerToolsGateway(settings?: Record<string, string>): () => CallerToolsGateway {
  const served = sharedGateway(settings)
  const post = (path: string, body: object) =>
    fetch(served().baseURL + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${served().apiKey}` },
      body: JSON.stringify(body)
    })
  const ask = async (api: ApiName, asked: Asked) => {
    const response = await post(paths[api], bodyOf(api, asked))
    const text = await response.text()
    expect([response.status, response.status === 200 ? '' : text]).toEqual([200, ''])
    return api === 'chat' ? fromChat(text, asked) : fromResponse(text, asked)
  }
  const refusal = async (api: ApiName, asked: Asked) => {
    const response = await post(paths[api], bodyOf(api, asked))
    expect(response.status).toBe(400)
    return errorBody.parse(await response.json()).error
  }
  return () => ({ ...served(), post, ask, refusal })
}

/** The body of a request; `system` and `user` are its messages, where there are none in `more`. */
export function bodyOf(api: ApiName, { model = 'assistant', tools, system, user = 'Hi.', ...more }: Asked): object {
  const messages = [
    ...(system === undefined ? [] : [{ role: 'system', content: system }]),
    { role: 'user', content: user }
  ]
  const formed = tools?.map(({ type = 'function', ...tool }) =>
    api === 'chat' ? { type, [type as string]: tool } : { type, ...tool }
  )
  return { model, [api === 'chat' ? 'messages' : 'input']: messages, ...(formed && { tools: formed }), ...more }
}

function fromChat(body: string, { stream }: Asked): Answered {
  if (stream) {
    const { content, calls } = chatStreamFrom(body)
    return { text: content, calls: calls.map(({ name, arguments: json }) => ({ name, arguments: json })) }
  }
  const { message } = chatCompletion.parse(JSON.parse(body)).choices[0]
  const calls = (message.tool_calls ?? []).map((call) =>
    call.type === 'custom' ? { name: call.custom.name, arguments: call.custom.input } : call.function
  )
  return { text: message.content ?? '', calls }
}

function fromResponse(body: string, { stream }: Asked): Answered {
  const { output } = stream ? responseStreamFrom(body).response : responseResource.parse(JSON.parse(body))
  return {
    text: output.flatMap((item) => (item.type === 'message' ? textOf(item) : [])).join(''),
    calls: output.flatMap((item) => {
      if (item.type === 'custom_tool_call') return [{ name: item.name, arguments: item.input }]
      return item.type === 'function_call' ? [{ name: item.name, arguments: item.arguments }] : []
    })
  }
}
