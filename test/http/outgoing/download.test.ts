import { createServer } from 'node:https'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { downloader, DownloadError } from '../../../src/http/outgoing/download.ts'
import type { DownloadOptions } from '../../../src/http/outgoing/download.ts'
import { GatewayError } from '../../../src/turn/error.ts'
import { certificate } from '../../support/certificate.ts'
import { needing } from '../../support/left-out.ts'
import { collectGarbage } from '../../support/collect-garbage.ts'

const pair = certificate()
const never = new AbortController().signal
const uncounted = () => undefined

needing('openssl', pair !== undefined, () => {
  const asked: string[] = []
  const routes: Record<string, (res: ServerResponse) => void> = {
    '/a': (res) => res.end('bytes'),
    '/missing': (res) => res.writeHead(404).end(),
    '/large': (res) => {
      for (let piece = 0; piece < 20; piece++) res.write(Buffer.alloc(100))
      res.end()
    },
    '/slow': (res) => res.write('a'),
    '/mute': () => undefined,
    '/broken': (res) => res.write('a', () => res.destroy()),
    '/to-a': (res) => res.writeHead(302, { location: '/a' }).end(),
    '/loop': (res) => res.writeHead(301, { location: '/loop' }).end(),
    '/to-http': (res) => res.writeHead(302, { location: 'http://images.test/a' }).end(),
    '/to-other': (res) => res.writeHead(302, { location: 'https://other.test/a' }).end(),
    '/to-metadata': (res) => res.writeHead(302, { location: 'https://169.254.169.254/' }).end()
  }
  const server = createServer(pair ?? {}, (req, res) => {
    asked.push(`${req.headers.host} ${req.url}`)
    routes[req.url ?? '']?.(res)
  })
  let port = 0
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  const get = (path: string, options: Partial<DownloadOptions> = {}, host = 'images.test') =>
    downloader({
      hosts: [],
      maxBytes: 1_000,
      timeoutMs: 5_000,
      isAllowed: (address) => address === '127.0.0.1',
      resolve: (_host, _options, done) =>
        done(null, [
          { address: '10.0.0.1', family: 4 },
          { address: '127.0.0.1', family: 4 }
        ]),
      ca: pair?.cert,
      ...options
    })(`https://${host}:${port}${path}`, never, uncounted)
  const refusal = (message: string) =>
    expect.objectContaining({ message: expect.stringContaining(message) as string }) as Error

  describe('a download', () => {
    it('is all bytes of the answer, also behind a redirect', async () => {
      expect(String(await get('/a'))).toBe('bytes')
      expect(String(await get('/to-a'))).toBe('bytes')
    })

    it.each([
      ['/missing', 'status 404'],
      ['/large', 'larger than'],
      ['/broken', 'cannot be reached'],
      ['/loop', 'more than 3 redirects'],
      ['/to-http', 'only https'],
      ['/to-metadata', 'no public address']
    ])('fails for %s: %s', async (path, message) => {
      await expect(get(path)).rejects.toThrow(refusal(message))
    })

    it.each(['/slow', '/mute'])('ends in time for %s, also after a collection of garbage', async (path) => {
      const ended = expect(get(path, { timeoutMs: 500 })).rejects.toThrow(refusal('took too long'))
      await expect.poll(() => asked).toContainEqual(expect.stringContaining(path))
      collectGarbage()
      await ended
    })

    it('asks only hosts on the list, behind redirects too', async () => {
      const hosts = ['images.test', '*.cdn.test']
      expect(String(await get('/a', { hosts }))).toBe('bytes')
      await expect(get('/a', { hosts }, 'eu.images.test')).rejects.toThrow(refusal('does not allow its host'))
      await expect(get('/a', { hosts: ['*.images.test'] })).rejects.toThrow(refusal('does not allow its host'))
      expect(String(await get('/a', { hosts: ['*.images.test'] }, 'eu.images.test'))).toBe('bytes')
      await expect(get('/to-other', { hosts })).rejects.toThrow(refusal('does not allow its host'))
    })

    it('ends where its bytes are not counted in', async () => {
      const full = new GatewayError('overloaded', 'No memory.')
      const download = downloader({
        hosts: [],
        maxBytes: 1_000,
        timeoutMs: 5_000,
        isAllowed: () => true,
        ca: pair?.cert
      })
      await expect(
        download(`https://127.0.0.1:${port}/a`, never, () => {
          throw full
        })
      ).rejects.toBe(full)
    })
  })

  it.each(['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', 'localhost', '2130706433', '0x7f.1'])(
    'the address of %s is never asked by a gateway',
    async (host) => {
      const before = asked.length
      const options = { isAllowed: undefined, resolve: undefined }
      await expect(get('/a', options, host)).rejects.toThrow(refusal('no public address'))
      await expect(get('/a', options, host)).rejects.toBeInstanceOf(DownloadError)
      expect(asked).toHaveLength(before)
    }
  )

  it('a name is looked up once, and its socket gets the address that was checked', async () => {
    let lookups = 0
    const resolve: DownloadOptions['resolve'] = (_host, _options, done) =>
      done(null, [{ address: lookups++ === 0 ? '127.0.0.1' : '10.0.0.1', family: 4 }])
    expect(String(await get('/a', { resolve }))).toBe('bytes')
    expect(lookups).toBe(1)
  })
})
