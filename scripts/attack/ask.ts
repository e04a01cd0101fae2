import { says } from '../../test/support/upstream/answer.ts'
import { runs } from '../../test/support/upstream/tool-calls.ts'
import { token } from './gateway.ts'
import type { AttackedGateway } from './gateway.ts'

/** An answer of the gateway, read to its end. */
export interface Answer {
  status: number
  headers: Headers
  text: string
}

export interface Asked {
  /** Whose; `undefined` sends none. */
  as?: string | undefined
  method?: string
  body?: unknown
  signal?: AbortSignal
}

/** Sends a request: `POST` where there is a body. */
export async function ask({ port }: Pick<AttackedGateway, 'port'>, path: string, asked: Asked = {}): Promise<Answer> {
  const { body, method = body === undefined ? 'GET' : 'POST', signal } = asked
  const as = 'as' in asked ? asked.as : token
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: {
      connection: 'close',
      ...(as !== undefined && { authorization: `Bearer ${as}` }),
      ...(body !== undefined && { 'content-type': 'application/json' })
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal })
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

/** A body of chat completions. */
export const chat = (model = 'gpt-5.5', more: object = {}) => ({
  model,
  messages: [{ role: 'user', content: 'Go.' }],
  ...more
})

/** What a command printed that the model ran in a turn of its own, as the model sees it. */
export async function outputOf(gateway: AttackedGateway, model: string, command: string): Promise<string> {
  gateway.upstream.answerAll(runs(command, says('Done.')))
  const { status, text } = await ask(gateway, '/v1/chat/completions', { body: chat(model) })
  const outputs = gateway.upstream.requests.at(-1)?.toolOutputs ?? []
  if (status !== 200 || outputs.length === 0)
    throw new Error(`The command did not run: ${status} ${text.slice(0, 300)}`)
  return outputs.join('\n')
}
