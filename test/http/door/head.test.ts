import { describe, expect, it } from 'vitest'
import type { RequestHead } from '../../../src/http/door/verdict.ts'
import { checks, head } from './quick-checks.ts'

const raw = (count: number, ...names: string[]) => [
  ...names.flatMap((name) => [name, 'x']),
  ...Array.from({ length: count - names.length }, (_, index) => [`X-${index}`, 'x']).flat()
]

describe('a request’s head', () => {
  it.each<[string, Partial<RequestHead>]>([
    ['HTTP/1.1', {}],
    ['HTTP/1.0', { httpVersion: '1.0' }],
    ['a query', { url: '/models?a=b&tokens=1&x_token=2' }],
    ['as many headers as there may be', { rawHeaders: raw(100, 'Host', 'Authorization', 'Content-Type') }],
    ['a header twice that is no single one', { rawHeaders: raw(2, 'Accept', 'accept') }],
    ['an expectation that is known', { headers: { host: 'localhost', expect: '100-Continue' } }],
    ['the first port', { headers: { host: 'localhost:1' } }],
    ['the last port', { headers: { host: 'localhost:65535' } }]
  ])('with %s passes', (_, others) => {
    expect(checks().screen(head({}, others))).toBeUndefined()
  })

  it.each<[string, Partial<RequestHead>, object]>([
    ['of HTTP/2', { httpVersion: '2.0' }, { reason: 'malformed' }],
    ['without a host', { headers: {} }, { reason: 'malformed' }],
    ['with an absolute target', { url: 'http://localhost/models' }, { reason: 'malformed' }],
    ['without a target', { url: undefined }, { reason: 'malformed' }],
    ['with a fragment', { url: '/models#x' }, { reason: 'malformed' }],
    ['with a backslash', { url: '/models\\x' }, { reason: 'malformed' }],
    ['with a header too many', { rawHeaders: raw(101) }, { reason: 'head_too_large', code: 'too_large' }],
    ['with two hosts', { rawHeaders: raw(2, 'Host', 'host') }, { reason: 'malformed' }],
    [
      'with two lengths at the end',
      { rawHeaders: raw(3, 'X', 'Content-Length', 'content-length') },
      { reason: 'malformed' }
    ],
    ['with a header without a name', { rawHeaders: ['', 'x'] }, { reason: 'malformed' }],
    ['with another expectation', { headers: { host: 'localhost', expect: 'x' } }, { reason: 'malformed' }],
    ['with port 0', { headers: { host: 'localhost:0' } }, { reason: 'unknown_host' }],
    ['with a port beyond the last', { headers: { host: 'localhost:65536' } }, { reason: 'unknown_host' }],
    ['with an address that is not listened on', { headers: { host: '10.0.0.1' } }, { reason: 'unknown_host' }],
    ['with a token in its query', { url: '/models?a=b&token=c' }, { reason: 'token_in_url', param: 'token' }],
    ['with an access token in its query', { url: '/x?access_token' }, { reason: 'token_in_url', param: 'access_token' }]
  ])('%s is refused', (_, others, error) => {
    expect(checks().screen(head({}, others))).toMatchObject({ error })
  })

  it.each(['0.0.0.0', '::', ''])('may name any address where %j is listened on, and no name', (host) => {
    const { screen } = checks({ host })
    expect(['10.0.0.1', '[fe80::1]', 'evil.test'].map((named) => screen(head({ host: named })) === undefined)).toEqual([
      true,
      true,
      false
    ])
  })

  it.each<[string, Record<string, string>, boolean]>([
    ['GET', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }, true],
    ['POST', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }, false],
    ['GET', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }, false],
    ['GET', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'document' }, false]
  ])('of %s from a page elsewhere with %j passes: %s', (method, headers, passes) => {
    const found = checks().screen(head({ 'sec-fetch-site': 'cross-site', ...headers }, { method }))
    expect(found === undefined).toBe(passes)
  })
})
