import fc from 'fast-check'
import { token } from '../app/start-gateway.ts'

const odd = fc.oneof(
  fc.constantFrom(
    '\r\n',
    '\n',
    '\r',
    '\0',
    ' ',
    '\t',
    ':',
    ',',
    ';',
    '"',
    '\x7f',
    '\xff',
    '\xc3\x28',
    '\r\n\r\n',
    '%00',
    '#',
    '\\'
  ),
  fc.constantFrom(
    'Content-Length: 5\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Host: evil.test\r\n',
    'Expect: 100-continue\r\n',
    'Upgrade: h2c\r\n'
  ),
  fc.constantFrom(
    '0\r\n\r\n',
    'ffffffffffffffff',
    '-1',
    '1e9',
    'a'.repeat(9_000),
    'A: b\r\n'.repeat(120),
    '[[[[[[[['.repeat(20)
  ),
  fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 12 })
)

const method = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('GET', 'POST', 'DELETE', 'OPTIONS') },
  { weight: 1, arbitrary: fc.constantFrom('PUT', 'PATCH', 'TRACE', 'CONNECT', 'PRI', 'get', '') }
)
const target = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      '/v1/models',
      '/healthz',
      '/v1/chat/completions',
      '/v1/responses',
      '/openapi.json',
      '/v1/responses/resp_x',
      '/nothing'
    )
  },
  { weight: 1, arbitrary: odd.map((text) => `/v1/models/${text}`) },
  { weight: 1, arbitrary: fc.constantFrom('*', 'http://evil.test/', '//', '/..%2f', '/v1/models?limit=%ff', '') }
)
const header = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'Content-Type: application/json',
      'Connection: close',
      'Accept: */*',
      'Origin: null',
      'Expect: 100-continue',
      'Content-Type: text/plain',
      'Content-Encoding: gzip'
    )
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('X-A', 'Content-Type', 'Cookie', 'Authorization', 'Host', '__proto__'), odd)
      .map(([name, value]) => `${name}: ${value}`)
  }
)
const json = fc.oneof(
  fc.constantFrom(
    '{}',
    '',
    '{"model":',
    '[]',
    'null',
    '{"model":"gpt-5.5","messages":[]}',
    '{"a":"\\ud800"}',
    '{"a":1e999}',
    '\xff\xfe{\0}\0',
    '\xef\xbb\xbf{}',
    '{"__proto__":{"a":1}}',
    '{"input":'.repeat(100)
  ),
  fc.json({ maxDepth: 3 }).map((text) => Buffer.from(text).toString('latin1')),
  odd
)

/** How the body is announced: as it is, in chunks, wrongly, or twice. */
const framing = fc.constantFrom<(body: string) => [headers: string[], body: string]>(
  (body) => [[`Content-Length: ${body.length}`], body],
  (body) => [
    ['Transfer-Encoding: chunked'],
    `${body === '' ? '' : `${body.length.toString(16)}\r\n${body}\r\n`}0\r\n\r\n`
  ],
  (body) => [[`Content-Length: ${body.length + 3}`], body],
  (body) => [[`Content-Length: ${Math.max(0, body.length - 1)}`], body],
  (body) => [[`Content-Length: ${body.length}`, 'Transfer-Encoding: chunked'], body],
  (body) => [['Transfer-Encoding: chunked'], `${(body.length + 2).toString(16)}\r\n${body}\r\n`],
  (body) => [[], body]
)

const request = fc
  .record({ method, target, headers: fc.array(header, { maxLength: 4 }), body: json, framing, isRight: fc.boolean() })
  .map(({ method, target, headers, body, framing, isRight }) => {
    const [framed, text] = method === 'GET' && body === '' ? [[], ''] : framing(body)
    const lines = [
      `${method} ${target} HTTP/1.1`,
      'Host: localhost',
      ...(isRight ? [`Authorization: Bearer ${token}`] : []),
      ...headers,
      ...framed
    ]
    return `${lines.join('\r\n')}\r\n\r\n${text}`
  })

/** Takes away up to eight bytes somewhere and puts others there; `at` is the place among 1,000. */
const edit = fc.record({ at: fc.nat(1_000), removed: fc.nat(8), inserted: odd })
const edited = (text: string, { at, removed, inserted }: { at: number; removed: number; inserted: string }) => {
  const place = Math.floor((at / 1_001) * (text.length + 1))
  return text.slice(0, place) + inserted + text.slice(place + removed)
}

/** One to three requests on a connection, damaged or not, and the places where the bytes are cut into pieces. */
export const connections = fc
  .record({
    requests: fc.array(request, { minLength: 1, maxLength: 3 }),
    edits: fc.array(edit, { maxLength: 3 }),
    cuts: fc.array(fc.nat(1_000), { maxLength: 3 })
  })
  .map(({ requests, edits, cuts }) => {
    const bytes = edits.reduce(edited, requests.join(''))
    const places = [...cuts.map((cut) => Math.floor((cut / 1_000) * bytes.length)), 0, bytes.length].sort(
      (one, other) => one - other
    )
    return places.slice(1).map((place, index) => bytes.slice(places[index], place))
  })
