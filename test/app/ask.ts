import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { token } from './start-gateway.ts'
import type { StartedGateway } from './start-gateway.ts'

export interface Answer {
  status: number
  headers: IncomingMessage['headers']
  error?: { message: string; type: string; code: string } | undefined
}

/** `fetch` sets Host and Sec-Fetch-Site itself; this does not. */
export async function ask(
  { port }: StartedGateway,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET'
): Promise<Answer> {
  const sent = request({
    port,
    path,
    method,
    headers: { authorization: `Bearer ${token}`, ...headers },
    agent: false
  }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of response) text += String(chunk)
  const error = text === '' ? undefined : (JSON.parse(text) as { error?: Answer['error'] }).error
  return { status: response.statusCode ?? 0, headers: response.headers, error }
}
