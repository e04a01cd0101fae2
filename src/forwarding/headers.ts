import type { IncomingHttpHeaders } from 'node:http'

/** The headers of a request that a worker gets: those that its APIs read, and nothing of the token. */
const ofRequests = [
  ...['accept', 'content-type', 'content-length', 'content-encoding', 'last-event-id', 'idempotency-key'],
  ...['openai-beta', 'prefer', 'user-agent', 'x-codex-workspace', 'x-codex-sandbox', 'x-codex-folder']
]

/** The headers of a worker's answer that a client gets. The others are for one connection, the front end's own, or orders to a proxy. */
const ofAnswers =
  /^(?:content-(?:type|length|disposition)|allow|cache-control|location|retry-after(?:-ms)?|x-codex-[a-z-]+|x-should-retry|x-accel-buffering)$/

export function requestHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const sent = ofRequests.map((name) => [name, headers[name]] as const)
  return Object.fromEntries(sent.filter((one): one is [string, string] => typeof one[1] === 'string'))
}

export function forwardedHeaders<T>(headers: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => ofAnswers.test(name)))
}
