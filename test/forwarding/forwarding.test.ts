import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:http'
import { connect } from 'node:net'
import type { Writable } from 'node:stream'
import { buffer, json, text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exchange, token } from '../app/start-gateway.ts'
import { needing } from '../support/left-out.ts'
import { natsServer } from '../support/nats.ts'
import { startForwarding } from './start-forwarding.ts'
import type { Forwarding } from './start-forwarding.ts'

const megabyte = 1_048_576
const piece = randomBytes(megabyte)
const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

needing('nats-server', natsServer !== undefined, () => {
  describe('a request that a worker answers', () => {
    let forwarding: Forwarding
    beforeAll(async () => {
      forwarding = await startForwarding()
    })
    afterAll(() => forwarding[Symbol.asyncDispose]())

    /** Sends the head of a request; its body is the caller's to write. */
    const open = (method: string, headers: Record<string, string> = {}) =>
      request(`${forwarding.front.url}/v1/some/path?a=b`, {
        method,
        agent: false,
        headers: { authorization: `Bearer ${token}`, ...headers }
      })
    const answerTo = async (sent: ReturnType<typeof open>) => {
      const [response] = (await once(sent, 'response')) as [IncomingMessage]
      return response
    }
    const get = (headers?: Record<string, string>) => {
      const sent = open('GET', headers)
      sent.end()
      return answerTo(sent)
    }

    it('has what narrows it, and nothing of its token; the answer orders nothing from a proxy', async () => {
      let seen: IncomingMessage | undefined
      forwarding.answerWith((req, res) => {
        seen = req
        res.setHeader('x-accel-redirect', '/etc/passwd').setHeader('set-cookie', 'a=b').setHeader('x-codex-model', 'm')
        res.end('done')
      })
      const narrowing = { 'x-codex-sandbox': 'read-only', 'x-codex-folder': 'sub', 'last-event-id': '7' }
      const { headers } = await get({ ...narrowing, cookie: 'a=b', 'x-other': 'c' })
      expect(seen?.headers).toMatchObject(narrowing)
      expect(Object.keys(seen?.headers ?? {})).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^(authorization|cookie|x-other)$/)])
      )
      expect(seen?.url).toBe('/some/path?a=b')
      expect(headers).toMatchObject({ 'x-codex-model': 'm', 'x-content-type-options': 'nosniff' })
      expect([headers['x-accel-redirect'], headers['set-cookie']]).toEqual([undefined, undefined])
    })

    it.each(['POST', 'DELETE'])('arrives with its body of unknown length: %s', async (method) => {
      const sent = randomBytes(3 * megabyte)
      forwarding.answerWith((req, res) => void buffer(req).then((body) => res.end(digest(body))))
      const client = open(method, { 'transfer-encoding': 'chunked' })
      client.end(sent)
      expect(await text(await answerTo(client))).toBe(digest(sent))
    })

    it('sends no more of its body than is read', async () => {
      const read = new Promise<IncomingMessage>((resolve) =>
        forwarding.answerWith((req, res) => {
          req.on('end', () => res.end('read'))
          resolve(req)
        })
      )
      const client = open('POST', { 'content-length': String(16 * megabyte) })
      const written = writeSlowly(client, 16)
      const req = await read
      await settled(written)
      expect(written()).toBeLessThan(12)
      req.resume()
      expect(await text(await answerTo(client))).toBe('read')
    })

    it('leaves its connection to the next where it is answered before its body was read', async () => {
      forwarding.answerWith((req, res) =>
        req.method === 'POST' ? void res.writeHead(413).end('too long') : void res.end('next')
      )
      const { host, hostname, port } = new URL(forwarding.front.url)
      const head = `HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${token}\r\n`
      const socket = connect(Number(port), hostname)
      socket.write(`POST /v1/some/path ${head}content-length: ${16 * megabyte}\r\n\r\n`)
      for (let n = 0; n < 16; n++) socket.write(piece)
      socket.write(`GET /v1/some/path ${head}connection: close\r\n\r\n`)
      expect(await text(socket)).toMatch(/^HTTP\/1.1 413 .*too long.*HTTP\/1.1 200 .*next/s)
    })

    it('is answered no faster than its client reads, and completely', async () => {
      let written = () => 0
      forwarding.answerWith((_, res) => void (written = writeSlowly(res, 16)))
      const response = await get()
      response.pause()
      await settled(() => written())
      expect(written()).toBeLessThan(12)
      expect((await buffer(response)).equals(Buffer.concat(Array(16).fill(piece)))).toBe(true)
    })

    it('ends at the worker when its client leaves', async () => {
      const left = new Promise<void>((resolve) =>
        forwarding.answerWith((_, res) => void res.on('close', resolve).write('begun'))
      )
      const response = await get()
      await once(response, 'data')
      response.destroy()
      await left
    })

    it('is sent once: where the worker loses it, the client learns that it may have had effects', async () => {
      let count = 0
      forwarding.answerWith(() => {
        count += 1
        forwarding.forget()
      })
      const client = open('POST')
      client.end('{}')
      const response = await answerTo(client)
      expect([response.statusCode, response.headers['x-should-retry'], count]).toEqual([502, 'false', 1])
      expect(JSON.stringify(await json(response))).toContain('may have had effects')
      const read = await get()
      expect([read.statusCode, read.headers['x-should-retry'], count]).toEqual([502, 'true', 2])
    })

    it('is cut off where its answer breaks off, and where that is longer than it says', async () => {
      let breakOff = () => {}
      forwarding.answerWith((_, res) => {
        res.writeHead(200, { 'content-length': 10 }).write('12345')
        breakOff = () => void res.destroy()
      })
      const broken = await get()
      await once(broken, 'readable')
      breakOff()
      await expect(text(broken)).rejects.toThrow('aborted')
      forwarding.answerWith((_, res) => {
        res.socket?.end('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n12345HTTP/1.1 200 OK\r\n\r\n')
      })
      const head = `GET /v1/a HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${token}\r\nconnection: close\r\n\r\n`
      const answer = await exchange(forwarding.front.port, head)
      expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1)
    })
  })
})

/** Writes so many pieces, each when there is room for it; returns how many it has written. */
function writeSlowly(to: Writable, pieces: number): () => number {
  let written = 0
  const write = (): unknown => {
    while (written < pieces)
      if (++written === pieces) return to.end(piece)
      else if (!to.write(piece)) return to.once('drain', write)
  }
  write()
  return () => written
}

/** Resolves when a value has stopped to change. */
async function settled(value: () => number): Promise<void> {
  for (let before = -1, same = 0; same < 5; same = value() === before ? same + 1 : 0, before = value())
    await new Promise((resolve) => setTimeout(resolve, 40))
}
