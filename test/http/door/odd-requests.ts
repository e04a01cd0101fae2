import { token } from '../../app/start-gateway.ts'

/** A request as bytes in latin1, and the status that refuses it. */
export type Odd = [name: string, bytes: string, status: number]

const auth = `Authorization: Bearer ${token}\r\n`
const json = 'Content-Type: application/json\r\n'
const close = 'Connection: close\r\n'
const host = 'Host: localhost\r\n'

const get = (target: string, headers = '') => `GET ${target} HTTP/1.1\r\n${host}${auth}${close}${headers}\r\n`
const post = (headers: string, body = '') => `POST /v1/echo HTTP/1.1\r\n${host}${auth}${close}${headers}\r\n${body}`
const sized = (body: string, headers = json) => post(`${headers}Content-Length: ${Buffer.byteLength(body)}\r\n`, body)
const chunked = (body: string, encoding = 'Transfer-Encoding: chunked\r\n') => post(`${json}${encoding}`, body)
const bare = (line: string, headers = host) => `${line}\r\n${headers}${auth}${close}\r\n`

/** In the manner of gunicorn's collection of invalid requests. A second request hides in many of them: it must never be answered. */
export const framing: Odd[] = [
  ['a length and chunks', post(`${json}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n`, '0\r\n\r\n'), 400],
  ['chunks and a length', post(`${json}Transfer-Encoding: chunked\r\nContent-Length: 6\r\n`, '0\r\n\r\nX'), 400],
  [
    'a hidden request behind a length and chunks',
    post(`${json}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n`, `0\r\n\r\n${get('/healthz')}`),
    400
  ],
  ['two lengths', post(`${json}Content-Length: 2\r\nContent-Length: 3\r\n`, '{}x'), 400],
  ['the same length twice', post(`${json}Content-Length: 2\r\nContent-Length: 2\r\n`, '{}'), 400],
  ['two lengths in one header', post(`${json}Content-Length: 2, 2\r\n`, '{}'), 400],
  ['a negative length', post(`${json}Content-Length: -1\r\n`), 400],
  ['a signed length', post(`${json}Content-Length: +2\r\n`, '{}'), 400],
  ['a length in hex', post(`${json}Content-Length: 0x2\r\n`, '{}'), 400],
  ['a length with a fraction', post(`${json}Content-Length: 2.0\r\n`, '{}'), 400],
  ['a length of words', post(`${json}Content-Length: two\r\n`, '{}'), 400],
  ['a length with digits of another script', post(`${json}Content-Length: \u0662\r\n`, '{}'), 400],
  ['an empty length', post(`${json}Content-Length: \r\n`, '{}'), 400],
  ['a length beyond all numbers', post(`${json}Content-Length: 99999999999999999999\r\n`), 400],
  ['a length with an inner space', post(`${json}Content-Length: 1 2\r\n`, '{}'), 400],
  ['an unknown transfer encoding', chunked('0\r\n\r\n', 'Transfer-Encoding: xchunked\r\n'), 400],
  ['chunked, and then identity', chunked('0\r\n\r\n', 'Transfer-Encoding: chunked, identity\r\n'), 400],
  ['chunked twice over', chunked('0\r\n\r\n', 'Transfer-Encoding: chunked, chunked, identity\r\n'), 400],
  [
    'chunked in one of two headers',
    chunked('0\r\n\r\n', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n'),
    400
  ],
  ['gzip for a transfer encoding', chunked('0\r\n\r\n', 'Transfer-Encoding: gzip\r\n'), 400],
  ['chunked in quotes', chunked('0\r\n\r\n', 'Transfer-Encoding: "chunked"\r\n'), 400],
  ['chunked behind a vertical tab', chunked('0\r\n\r\n', 'Transfer-Encoding: \x0bchunked\r\n'), 400],
  ['chunked behind a NUL', chunked('0\r\n\r\n', 'Transfer-Encoding: chunked\0\r\n'), 400],
  ['chunked on a folded line', chunked('0\r\n\r\n', 'Transfer-Encoding:\r\n chunked\r\n'), 400],
  ['a transfer encoding with a space before the colon', chunked('0\r\n\r\n', 'Transfer-Encoding : chunked\r\n'), 400],
  ['a length with a space before the colon', post(`${json}Content-Length : 2\r\n`, '{}'), 400],
  [
    'a transfer encoding in HTTP/1.0',
    `POST /v1/echo HTTP/1.0\r\n${host}${auth}${json}Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}`,
    400
  ],
  ['a chunk size that is no number', chunked('x\r\n{}\r\n0\r\n\r\n'), 400],
  ['a negative chunk size', chunked('-2\r\n{}\r\n0\r\n\r\n'), 400],
  ['a chunk size with 0x', chunked('0x2\r\n{}\r\n0\r\n\r\n'), 400],
  ['a chunk size with an underscore', chunked('0_2\r\n{}\r\n0\r\n\r\n'), 400],
  ['a chunk size behind a space', chunked(' 2\r\n{}\r\n0\r\n\r\n'), 400],
  ['an empty chunk size', chunked('\r\n{}\r\n0\r\n\r\n'), 400],
  ['a chunk size beyond all numbers', chunked('fffffffffffffffff\r\n{}\r\n0\r\n\r\n'), 400],
  ['a chunk longer than its size', chunked('1\r\n{}\r\n0\r\n\r\n'), 400],
  ['a chunk size ended by a bare LF', chunked('2\n{}\r\n0\r\n\r\n'), 400],
  ['a chunk ended by a bare LF', chunked('2\r\n{}\n0\r\n\r\n'), 400],
  ['a bare CR behind a chunk size', chunked('2\rX{}\r\n0\r\n\r\n'), 400],
  ['a bare LF in a chunk extension', chunked('2;a\nb\r\n{}\r\n0\r\n\r\n'), 400],
  ['a huge chunk extension', chunked(`2;${'a'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`), 413],
  ['a trailer that is no header', chunked('2\r\n{}\r\n0\r\nno header\r\n\r\n'), 400],
  ['lines ended by bare LFs', `GET /healthz HTTP/1.1\nHost: localhost\n\n`, 400],
  ['lines ended by bare CRs', `GET /healthz HTTP/1.1\rHost: localhost\r\r`, 400],
  ['a header ended by a bare LF', get('/healthz', 'X-A: b\nX-C: d\r\n'), 400],
  ['a header with a bare CR', get('/healthz', 'X-A: b\rX-C: d\r\n'), 400],
  ['a folded header', get('/healthz', 'X-A: b\r\n c\r\n'), 400],
  ['a header folded with a tab', get('/healthz', 'X-A: b\r\n\tc\r\n'), 400],
  ['a folded first header', `GET /healthz HTTP/1.1\r\n Host: localhost\r\n\r\n`, 400],
  ['a header without a colon', get('/healthz', 'X-A\r\n'), 400],
  ['a header without a name', get('/healthz', ': b\r\n'), 400],
  ['a space in a header name', get('/healthz', 'X A: b\r\n'), 400],
  ['a tab behind a header name', get('/healthz', 'X-A\t: b\r\n'), 400],
  ['a NUL in a header', get('/healthz', 'X-A: b\0c\r\n'), 400],
  ['a NUL in a header name', get('/healthz', 'X-\0A: b\r\n'), 400],
  ['a control character in a header', get('/healthz', 'X-A: b\x01c\r\n'), 400],
  ['a DEL in a header', get('/healthz', 'X-A: b\x7fc\r\n'), 400],
  ['a bracket in a header name', get('/healthz', 'X(A): b\r\n'), 400],
  ['a name that is not ASCII', get('/healthz', 'X-\u00e4: b\r\n'), 400]
]

export const lines: Odd[] = [
  ['no method', bare('/healthz HTTP/1.1'), 400],
  ['an unknown method', bare('FETCH /healthz HTTP/1.1'), 400],
  ['a method in small letters', bare('get /healthz HTTP/1.1'), 400],
  ['a method with a bracket', bare('GE[T /healthz HTTP/1.1'), 400],
  ['no target', bare('GET HTTP/1.1'), 400],
  ['a space in the target', bare('GET /heal thz HTTP/1.1'), 400],
  ['a tab for a space', bare('GET\t/healthz\tHTTP/1.1'), 400],
  ['a NUL in the target', bare('GET /health\0z HTTP/1.1'), 400],
  ['a control character in the target', bare('GET /health\x01z HTTP/1.1'), 400],
  ['a target that is not ASCII', bare('GET /health\u00e4 HTTP/1.1'), 400],
  ['a target in absolute form', bare('GET http://localhost/healthz HTTP/1.1'), 400],
  ['a target of another host', bare('GET http://evil.test/healthz HTTP/1.1'), 400],
  ['a target in authority form', bare('GET localhost:80 HTTP/1.1'), 400],
  ['a target without a slash', bare('GET healthz HTTP/1.1'), 400],
  ['an asterisk for a target', bare('OPTIONS * HTTP/1.1'), 400],
  ['a fragment in the target', bare('GET /healthz#/models HTTP/1.1'), 400],
  ['a backslash in the target', bare('GET /healthz\\..\\models HTTP/1.1'), 400],
  ['a version of nothing', bare('GET /healthz HTTP/'), 400],
  ['no version', bare('GET /healthz'), 400],
  ['version 1.9', bare('GET /healthz HTTP/1.9'), 400],
  ['version 3.0', bare('GET /healthz HTTP/3.0'), 400],
  ['a version in small letters', bare('GET /healthz http/1.1'), 400],
  ['a version of three digits', bare('GET /healthz HTTP/1.1.1'), 400],
  ['another protocol', bare('GET /healthz ICE/1.1'), 400],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['the hello of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
  ['no host', bare('GET /healthz HTTP/1.1', ''), 400],
  ['no host in HTTP/1.0', bare('GET /healthz HTTP/1.0', ''), 403],
  ['an empty host', bare('GET /healthz HTTP/1.1', 'Host: \r\n'), 403],
  ['two hosts', bare('GET /healthz HTTP/1.1', `${host}Host: evil.test\r\n`), 400],
  ['the same host twice', bare('GET /healthz HTTP/1.1', `${host}${host}`), 400],
  ['two tokens', bare('GET /v1/models/x HTTP/1.1', `${host}Authorization: Bearer none\r\n`), 400],
  ['two content types', sized('{}', `${json}Content-Type: text/plain\r\n`), 400],
  ['more headers than are looked at', get('/healthz', 'A: b\r\n'.repeat(100)), 431],
  ['more headers than Node stores', get('/healthz', 'A: b\r\n'.repeat(2_500)), 431],
  ['a header that is too long', get('/healthz', `A: ${'b'.repeat(17_000)}\r\n`), 431],
  ['a target that is too long', get(`/${'a'.repeat(17_000)}`), 431],
  ['an expectation that is not known', post(`${json}Expect: miracles\r\nContent-Length: 2\r\n`, '{}'), 400],
  ['TRACE', bare('TRACE /healthz HTTP/1.1'), 405],
  ['CONNECT', bare('CONNECT evil.test:443 HTTP/1.1'), 405],
  ['PATCH', bare('PATCH /healthz HTTP/1.1'), 405],
  ['PROPFIND', bare('PROPFIND /healthz HTTP/1.1'), 405]
]

export const bodies: Odd[] = [
  ['no body and no type', post(''), 400],
  ['an empty body', sized(''), 400],
  ['text', sized('{}', 'Content-Type: text/plain\r\n'), 415],
  ['a form', sized('a=b', 'Content-Type: application/x-www-form-urlencoded\r\n'), 415],
  ['parts', sized('{}', 'Content-Type: multipart/form-data; boundary=x\r\n'), 415],
  ['something like JSON', sized('{}', 'Content-Type: application/jsonp\r\n'), 415],
  ['JSON among other types', sized('{}', 'Content-Type: text/plain; application/json\r\n'), 415],
  ['an empty type', sized('{}', 'Content-Type: \r\n'), 415],
  ['UTF-7', sized('{}', 'Content-Type: application/json; charset=utf-7\r\n'), 415],
  ['UTF-16', sized('{}', 'Content-Type: application/json; charset=utf-16\r\n'), 415],
  ['two charsets', sized('{}', 'Content-Type: application/json; charset=utf-8; charset=utf-7\r\n'), 415],
  ['a charset without a value', sized('{}', 'Content-Type: application/json; charset\r\n'), 415],
  ['gzip', sized('{}', `${json}Content-Encoding: gzip\r\n`), 415],
  ['brotli that is none', sized('garbage', `${json}Content-Encoding: br\r\n`), 415],
  ['two encodings', sized('{}', `${json}Content-Encoding: identity, gzip\r\n`), 415],
  ['a scalar', sized('1'), 400],
  ['an array', sized('[]'), 400],
  ['half an object', sized('{"a":'), 400],
  ['half a surrogate pair', sized('{"a":"\\ud800"}'), 400],
  ['ten thousand levels', sized(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`), 400],
  ['more bytes than are allowed', sized(JSON.stringify({ a: 'x'.repeat(70_000) })), 413],
  [
    'more bytes than are allowed, in chunks',
    chunked(`${(70_000).toString(16)}\r\n${'x'.repeat(70_000)}\r\n0\r\n\r\n`),
    413
  ],
  [
    'a length beyond what is allowed and no body',
    post(`${json}Content-Length: 5000000000\r\nExpect: 100-continue\r\n`),
    413
  ]
]
