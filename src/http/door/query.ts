import { GatewayError } from '../../turn/error.ts'
import type { Refusal, RequestHead } from './verdict.ts'

/** Refuses a token in the query: addresses are written to the logs of proxies and to the histories of browsers. */
export function queryRefusal({ url = '' }: Pick<RequestHead, 'url'>): Refusal | undefined {
  const [, param] = /[?&](access_token|token)(?:=|&|$)/.exec(url) ?? []
  if (param === undefined) return undefined
  const message =
    'A token must not stand in a URL, where logs and histories keep it. Send it in the Authorization header; a browser logs in with POST /login.'
  return { error: new GatewayError('invalid_request', message, { param, reason: 'token_in_url' }) }
}
