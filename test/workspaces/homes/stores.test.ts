import { once } from 'node:events'
import { readdir, utimes } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { folderStore } from '../../../src/workspaces/homes/folder-store.ts'
import { s3Store } from '../../../src/workspaces/homes/s3-store.ts'
import { behavesAsStore } from './store-contract.ts'
import { startHomes } from './start-home.ts'
import type { StartedHomes } from './start-home.ts'

describe('a folder as a store', () => {
  let homes: StartedHomes
  beforeAll(async () => {
    homes = await startHomes()
  })
  afterAll(() => homes[Symbol.asyncDispose]())
  behavesAsStore(() => homes.store)

  it('removes what a writer that crashed has left, and leaves that of one at work', async () => {
    const [old, present] = ['.old', '.present'].map((name) => join('site.tar.gz', name))
    await homes.write('store', old!, 'half')
    await homes.write('store', present!, 'half')
    await utimes(join(homes.root, old!), 0, 0)
    await homes.store.put('site.tar.gz', new Blob(['whole']), undefined)
    expect((await readdir(join(homes.root, 'site.tar.gz'))).sort()).toEqual(['.present', '1'])
  })

  it('fails where the system makes no folder', async () => {
    await expect(folderStore('/proc/none/store').put('key', new Blob(['x']), undefined)).rejects.toThrow('mkdir')
  })
})

/** A store that does what a real one does only by accident. */
describe('a bucket on a bad day', () => {
  const handlers: ((req: IncomingMessage, res: ServerResponse) => void)[] = []
  const asked: { method: string; url: string; headers: IncomingMessage['headers'] }[] = []
  const credentials = { accessKeyId: 'key-1', secretAccessKey: 'secret-1' }
  const server = createServer((req, res) => {
    asked.push({ method: req.method!, url: req.url!, headers: req.headers })
    req.resume().on('end', () => handlers.shift()!(req, res))
  })
  const status =
    (code: number, headers = {}) =>
    (_req: IncomingMessage, res: ServerResponse) =>
      res.writeHead(code, headers).end('<Error><Code>SlowDown</Code></Error>')
  const store = () =>
    s3Store({
      url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/bucket/a/prefix/`),
      ...{ region: 'eu-1', credentials: () => credentials, pause: 1, patience: 5_000 }
    })
  beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'))
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  beforeEach(() => {
    handlers.length = asked.length = 0
  })

  it('is asked again where it is busy, and then no more', async () => {
    handlers.push(status(503), status(429), status(200, { etag: '"v"' }))
    expect(await store().put('site.tar.gz', new Blob(['x']), '"u"')).toBe('"v"')
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual(
      Array(3).fill('PUT /bucket/a/prefix/site.tar.gz')
    )
    handlers.push(status(500), status(500), status(500))
    await expect(store().get('site.tar.gz')).rejects.toThrow('the store answered 500 (SlowDown)')
  })

  it('may lose the answer to a write that it has done', async () => {
    let mark: unknown
    handlers.push(
      (req) => {
        mark = req.headers['x-amz-meta-written-by']
        req.socket.destroy()
      },
      status(412),
      (_req, res) => res.writeHead(200, { etag: '"mine"', 'x-amz-meta-written-by': String(mark) }).end()
    )
    expect(await store().put('site.tar.gz', new Blob(['x']), '"u"')).toBe('"mine"')
    handlers.push((req) => req.socket.destroy(), status(412), status(200, { etag: '"other"' }))
    expect(await store().put('site.tar.gz', new Blob(['x']), '"u"')).toBeUndefined()
    expect(handlers).toEqual([])
  })

  it('sees new credentials with the next request, and never the secret', async () => {
    handlers.push(status(404), status(404), status(403))
    await store().get('a')
    Object.assign(credentials, { accessKeyId: 'key-2', secretAccessKey: 'secret-2' })
    await store().get('a')
    await expect(store().delete('a')).rejects.toThrow('the store answered 403')
    expect(asked.map(({ headers }) => /Credential=([^/]*)/.exec(headers.authorization!)?.[1])).toEqual([
      ...['key-1', 'key-2', 'key-2']
    ])
    expect(JSON.stringify(asked)).not.toMatch(/secret-\d/)
  })

  it('is not followed elsewhere', async () => {
    handlers.push(...Array<(typeof handlers)[0]>(3).fill(status(307, { location: 'http://127.0.0.1:9/' })))
    await expect(store().get('a')).rejects.toThrow()
    expect(asked.map(({ url }) => url)).toEqual(Array(3).fill('/bucket/a/prefix/a'))
  })
})
