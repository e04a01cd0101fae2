import type { IncomingMessage } from 'node:http'
import { failure } from './failure.ts'
import type { Script } from './script.ts'

/** The answer to everything that is no model request; undefined for one that is. */
export function scriptForOther({ method, url = '', headers }: IncomingMessage): Script | undefined {
  if (method === 'GET' && /\/models(\?|$)/.test(url)) return models
  if (headers.upgrade) return noWebSocket
  if (method !== 'POST' || !url.endsWith('/responses')) return noSuchRoute
  return undefined
}

const models: Script = {
  headers: { 'content-type': 'application/json' },
  pieces: [
    JSON.stringify({
      object: 'list',
      data: [{ id: 'gpt-5.5', object: 'model', created: 1, owned_by: 'openai' }],
      models: []
    })
  ]
}

/** codex's built-in provider tries a WebSocket first. This answer sends it on to HTTP at once; any other costs it 6 s of trying (0.169). */
const noWebSocket = failure(426, { message: 'Upgrade is not supported', type: 'invalid_request_error' })

const noSuchRoute = failure(404, { message: 'Invalid URL', type: 'invalid_request_error', code: 'unknown_url' })
