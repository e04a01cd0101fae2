import { networkInterfaces } from 'node:os'
import { describe, expect, it } from 'vitest'
import { destinationsFrom } from '../../../src/http/outgoing/destinations.ts'

const listed = ['hooks.test', '*.example.com', 'ports.test:8443', '10.1.0.0/16', '127.0.0.1:9000', '[::1]:9000']
const { refusal, isAllowed } = destinationsFrom(listed)

describe('the destinations of an operator', () => {
  it.each([
    'https://hooks.test/a?b=c',
    'https://HOOKS.test.:444/',
    'https://eu.hooks.example.com/',
    'https://ports.test:8443/',
    'http://hooks.test/',
    'http://10.1.2.3:80/',
    'http://127.0.0.1:9000/',
    'http://[::1]:9000/',
    'http://2130706433:9000/'
  ])('include %s', (url) => {
    expect(refusal(url)).toBeUndefined()
  })

  it.each([
    ['https://other.test/', 'does not allow its host'],
    ['https://example.com/', 'does not allow its host'],
    ['https://evilexample.com/', 'does not allow its host'],
    ['https://hooks.test.evil.test/', 'does not allow its host'],
    ['https://ports.test/', 'does not allow its host'],
    ['https://10.2.0.1/', 'does not allow its host'],
    ['http://127.0.0.1:9001/', 'does not allow its host'],
    ['http://127.0.0.1/', 'does not allow its host'],
    ['http://[::ffff:127.0.0.1]:8000/', 'does not allow its host'],
    ['http://169.254.169.254/', 'does not allow its host'],
    ['https://1.1.1.1/', 'does not allow its host'],
    ['https://user:word@hooks.test/', 'user name'],
    ['ftp://hooks.test/', 'https URL'],
    ['file:///etc/passwd', 'https URL'],
    ['hooks.test', 'no URL'],
    ['', 'no URL']
  ])('do not include %s: %s', (url, why) => {
    expect(refusal(url)).toContain(why)
  })

  it('are reached at public addresses, by https, and at those that are listed', () => {
    const at = (url: string, address: string) => isAllowed(new URL(url), address)
    const own = Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address) ?? [])
    expect(at('https://hooks.test/', '1.1.1.1')).toBe(true)
    expect(at('https://hooks.test/', '2606:4700::1111')).toBe(true)
    expect(at('https://hooks.test/', '10.1.2.3')).toBe(true)
    expect(at('http://hooks.test:9000/', '127.0.0.1')).toBe(true)
    expect(at('http://hooks.test/', '1.1.1.1')).toBe(false)
    for (const address of ['10.2.0.1', '127.0.0.1', '169.254.169.254', '::1', 'fe80::1', ...own])
      expect([address, at('https://hooks.test/', address)]).toEqual([address, false])
  })

  it('are none where none are listed, and this machine where localhost is', () => {
    expect(destinationsFrom([]).refusal('https://hooks.test/')).toContain('does not allow')
    const local = destinationsFrom(['localhost:9000'])
    expect(local.refusal('http://localhost:9000/')).toBeUndefined()
    expect(local.isAllowed(new URL('http://localhost:9000/'), '127.0.0.1')).toBe(true)
    expect(local.isAllowed(new URL('http://localhost:9001/'), '127.0.0.1')).toBe(false)
  })
})
