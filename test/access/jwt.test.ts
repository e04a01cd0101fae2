import { createHmac } from 'node:crypto'
import { SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { Authenticator } from '../../src/access/authenticator.ts'
import { JwtVerifier } from '../../src/access/jwt.ts'
import { Tokens } from '../../src/access/tokens.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const secret = bytes('the-shared-secret-of-these-tests-0')
const other = bytes('another-secret-of-at-least-32-bytes')
const now = () => Math.floor(Date.now() / 1000)

const verifier = new JwtVerifier([
  { types: ['jwt', undefined], secrets: [bytes('an-older-secret-of-at-least-32-bytes'), secret], audience: 'gateway' },
  { types: ['codex-gateway+jwt'], secrets: [other] }
])

const right = () => ({ sub: 'ada', exp: now() + 60, aud: 'gateway' })

function signed(claims: object = right(), { header = {}, key = secret } = {}): Promise<string> {
  return new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256', typ: 'JWT', ...header }).sign(key)
}

/** Signed by hand, for what jose does not sign. */
function crafted(header: object, claims: object, hash = 'sha256'): string {
  const text = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`
}

describe('a JWT of the operator’s own service', () => {
  it('is for the principal that it names, with what it may', async () => {
    const all = await verifier.verify(await signed({ ...right(), ws: ['web', 'web', 'docs'], scope: 'api  other' }))
    expect(all?.principal).toEqual({
      id: 'ada',
      name: 'ada',
      workspaces: ['web', 'docs'],
      scopes: ['api', 'other'],
      limits: {}
    })
    const plain = await verifier.verify(await signed({ ...right(), aud: ['x', 'gateway'] }))
    expect(plain?.principal).toMatchObject({ id: 'ada', workspaces: 'all', scopes: 'all' })
    expect((await verifier.verify(await signed({ ...right(), ws: 'web' })))?.principal.workspaces).toEqual(['web'])
    expect(await verifier.verify(await signed({ ...right(), exp: now() - 50 }))).toBeDefined()
    expect(await verifier.verify(crafted({ alg: 'HS256' }, right()))).toBeDefined()
  })

  it.each<[string, () => string | Promise<string>]>([
    ['is over', () => signed({ ...right(), exp: now() - 70 })],
    ['has no end', () => signed({ sub: 'ada', aud: 'gateway' })],
    ['has an end that is no number', () => crafted({ alg: 'HS256', typ: 'JWT' }, { ...right(), exp: '9999999999' })],
    ['is not valid yet', () => signed({ ...right(), nbf: now() + 70 })],
    ['names nobody', () => signed({ exp: now() + 60, aud: 'gateway' })],
    ['names somebody without a name', () => signed({ ...right(), sub: '' })],
    ['names everybody', () => signed({ ...right(), sub: 'anonymous' })],
    ['names the owner of an unnamed token', () => signed({ ...right(), sub: 'key_0123' })],
    ['has a name with spaces', () => signed({ ...right(), sub: 'ada lovelace' })],
    ['has a name that is no text', () => crafted({ alg: 'HS256', typ: 'JWT' }, { ...right(), sub: 1 })],
    ['is for another audience', () => signed({ ...right(), aud: 'elsewhere' })],
    ['is for no audience', () => signed({ sub: 'ada', exp: now() + 60 })],
    ['has workspaces that are none', () => signed({ ...right(), ws: ['../x'] })],
    ['has workspaces that are no list', () => signed({ ...right(), ws: { web: true } })],
    ['has a scope that is no text', () => signed({ ...right(), scope: ['api'] })],
    ['is signed by another secret', () => signed(right(), { key: other })],
    ['is of the other kind, by its own secret', () => signed(right(), { header: { typ: 'codex-gateway+jwt' } })],
    ['is of no known kind', () => signed(right(), { header: { typ: 'at+jwt' } })],
    ['is not signed', () => crafted({ alg: 'none', typ: 'JWT' }, right()).replace(/[^.]*$/, '')],
    ['is signed in another way', () => crafted({ alg: 'HS512', typ: 'JWT' }, right(), 'sha512')],
    ['has a signature that is cut short', async () => (await signed()).slice(0, -4)],
    ['is no JSON', () => `${Buffer.from('{').toString('base64url')}.e30.x`]
  ])('is not valid where it %s', async (_, token) => {
    expect(await verifier.verify(await token())).toBeUndefined()
  })

  it('is valid beside plain tokens, as long as its secret is in use', async () => {
    const jwts = new JwtVerifier([{ types: ['jwt'], secrets: [secret] }])
    const authenticator = new Authenticator(new Tokens([{ token: 'plain', name: 'ben' }]), jwts)
    const identity = await authenticator.identify(await signed())
    expect(identity?.principal.id).toBe('ada')
    expect(await authenticator.identify('plain')).toMatchObject({ principal: { id: 'ben' } })
    expect(await authenticator.identify('other')).toBeUndefined()
    const { proof } = identity!
    expect(authenticator.principalOf(proof)?.id).toBe('ada')
    expect(authenticator.principalOf(proof, (now() + 61) * 1000)).toBeUndefined()
    jwts.replace([{ types: ['jwt'], secrets: [other] }])
    expect(authenticator.principalOf(proof)).toBeUndefined()
    expect(new Authenticator(new Tokens([]), jwts).required).toBe(true)
  })
})
