import type { Operation } from '../../http/api.ts'

const texts: Readonly<Record<number, string>> = {
  400: 'The request is not valid; `param` names the field.',
  401: 'The API key is missing or wrong.',
  403: 'The host or the origin may not call the gateway.',
  404: 'What the request names is not there.',
  408: 'The request did not arrive in time.',
  409: 'Something else is at work on it.',
  413: 'The request body is too large.',
  415: 'The request body is not JSON in UTF-8.',
  429: 'Too many requests, or the account’s limit is reached; `Retry-After` says when to try again.',
  431: 'The request headers are too large.',
  500: 'The gateway failed.',
  502: 'Codex or the model provider failed.',
  503: 'The gateway is busy or stops; `Retry-After` says when to try again.',
  504: 'The turn took too long.'
}

/** Statuses of requests that fail before an operation looks at them. */
const everyOperation = [400, 403, 408, 431, 500]
const withToken = [401, 404, 429, 503] // 404: of the workspace
const withBody = [413, 415]

/** The statuses with which an operation may fail, each with what it means. */
export function failuresOf({ path, body, query, isPublic, failures = [] }: Operation): Record<number, string> {
  const statuses = new Set([
    ...everyOperation,
    ...(isPublic ? [] : withToken),
    ...(body ? withBody : []),
    ...(path.includes('{') ? [404] : []),
    ...(query ? [400] : []),
    ...failures
  ])
  return Object.fromEntries([...statuses].map((status) => [status, texts[status] ?? 'What went wrong.']))
}
