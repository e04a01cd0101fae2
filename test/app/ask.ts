import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { token } from './started.ts'
import type { Started } from './started.ts'

export interface Answer {
  status: number
  headers: IncomingMessage['headers']
  error?: { message: string; type: string; code: string }
}

/** `fetch` sets Host and Sec-Fetch-Site itself; this does not. */
export async function ask(
  { port }: Started,
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
