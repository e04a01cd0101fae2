import { get } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assetsIn } from '../../../src/api/page/assets.ts'
import type { Assets } from '../../../src/api/page/assets.ts'
import { startGateway } from '../../app/start-gateway.ts'
import type { StartedGateway } from '../../app/start-gateway.ts'
import { freshPage } from '../../support/page.ts'

const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }

let page: Assets
let gateway: StartedGateway
beforeAll(async () => {
  page = await freshPage()
  gateway = await startGateway({ apis: undefined, page })
})
afterAll(() => gateway[Symbol.asyncDispose]())

/** With the encodings that are asked for, as they come: `fetch` would decode them. */
const rawLength = (path: string, encoding: string) =>
  new Promise<{ length: number; encoding: string | undefined }>((resolve, reject) => {
    get(gateway.url + path, { headers: { ...browser, 'accept-encoding': encoding } }, (response) => {
      let length = 0
      response.on('data', (chunk: Buffer) => (length += chunk.length))
      response.on('end', () => resolve({ length, encoding: response.headers['content-encoding'] }))
    }).on('error', reject)
  })

describe('the page', () => {
  it('is what a browser gets at /, and a program still gets JSON', async () => {
    const shown = await fetch(gateway.url, { headers: browser })
    expect(shown.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await shown.text()).toContain('<div id="app">')
    const other = await fetch(gateway.url)
    expect(await other.json()).toMatchObject({ name: 'codex-gateway' })
    for (const { headers } of [shown, other]) expect(headers.get('vary')).toMatch(/accept\b/i)
  })

  it.each(['/sessions', '/sessions/session_0123', '/w/team/sessions/session_0123'])(
    'needs no token at %s',
    async (path) => {
      const answer = await fetch(gateway.url + path)
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    }
  )

  it('may load and run nothing but its own files', async () => {
    const { headers } = await fetch(`${gateway.url}/sessions`)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; /)
    for (const part of ["connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"])
      expect(policy).toContain(part)
    expect(policy).not.toContain('unsafe')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  })

  it('has no script or style in it, and names no other host', () => {
    const html = page.get('index.html')?.body.toString() ?? ''
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]* src="\/assets\/)/)
    expect(html).not.toMatch(/https?:/)
  })

  it('loads files that are stored for good, as their names change with what is in them', async () => {
    const html = await (await fetch(`${gateway.url}/sessions`)).text()
    const names = [...html.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, name = '']) => name)
    expect(names).toHaveLength(page.size - 1)
    for (const name of names) {
      const { status, headers } = await fetch(gateway.url + name)
      expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable'])
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(name).toMatch(/^\/assets\/\w+-[\da-f]{12}\.(js|css|svg)$/)
    }
  })

  it('is asked for again each time, and sent again only when it has changed', async () => {
    const first = await fetch(`${gateway.url}/sessions`)
    expect(first.headers.get('cache-control')).toBe('no-cache')
    const etag = first.headers.get('etag') ?? ''
    const ask = (name: string) =>
      fetch(`${gateway.url}/sessions`, { headers: { 'if-none-match': name, 'cache-control': 'max-age=0' } })
    const second = await ask(etag)
    expect([second.status, await second.text()]).toEqual([304, ''])
    expect((await ask('"another"')).status).toBe(200)
  })

  it('is sent compressed to those who read that', async () => {
    const [plain, packed] = [await rawLength('/sessions', 'identity'), await rawLength('/sessions', 'gzip, br')]
    expect([plain.encoding, packed.encoding]).toEqual([undefined, 'gzip'])
    expect(packed.length).toBeLessThan(plain.length)
  })

  it.each(['index.html', 'other.js', '..%2findex.html', '%2e%2e%2f%2e%2e%2fpackage.json', 'constructor'])(
    'has no other files: %s',
    async (name) => {
      const answer = await fetch(`${gateway.url}/assets/${name}`)
      expect(answer.status).toBe(404)
      expect(await answer.text()).not.toContain('<')
    }
  )

  it('takes at most 150 KB to load, compressed', () => {
    const bytes = [...page.values()].reduce((sum, { gzipped }) => sum + gzipped.length, 0)
    expect(bytes).toBeLessThanOrEqual(150 * 1024)
  })
})

describe('a gateway whose page is not built', () => {
  it('answers browsers like programs', async () => {
    await using other = await startGateway({ apis: undefined, page: assetsIn('/nonexistent') })
    const answer = await fetch(other.url, { headers: browser })
    expect(await answer.json()).toMatchObject({ name: 'codex-gateway' })
    expect((await fetch(`${other.url}/sessions`)).status).toBe(401) // as for every path that is not public
  })
})
