import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { AwsV4Signer } from 'aws4fetch'
import type { ObjectStore } from './object-store.ts'

export interface S3Credentials {
  accessKeyId: string
  secretAccessKey: string
}

export interface S3Options {
  /** With the bucket and a prefix: `https://host/bucket/prefix`, path style. */
  url: URL
  region: string
  /** Read for each request, so that they can be rotated. */
  credentials: () => S3Credentials
  /** Milliseconds until a request is given up; an upload has a second more for each MiB. */
  patience?: number
  /** Milliseconds before the second try, and twice as many before the third. */
  pause?: number
}

const tries = 3

/** By this a put whose answer was lost is known again. */
const markHeader = 'x-amz-meta-written-by'

/** A bucket of S3, or of a server that is compatible and honours If-Match and If-None-Match of PUT. */
export function s3Store({ url, region, credentials, patience = 30_000, pause = 500 }: S3Options): ObjectStore {
  const send: Send = async (method, key, headers = {}, body) => {
    const target = `${url.href.replace(/\/$/, '')}/${encodeURIComponent(key)}`
    const signer = new AwsV4Signer({ ...credentials(), service: 's3', region, method, url: target, headers })
    const signed = await signer.sign()
    const giveUp = new AbortController()
    const timer = setTimeout(() => giveUp.abort(), patience + (body?.size ?? 0) / 1_048.576)
    try {
      const init = { method, headers: signed.headers, redirect: 'error' as const, signal: giveUp.signal }
      return await fetch(signed.url, body ? { ...init, body } : init)
    } finally {
      clearTimeout(timer) // of what follows the headers, fetch itself gives up what stalls
    }
  }
  const request = retried(send, pause)
  return {
    name: `the bucket at ${url.host}${url.pathname}`,
    async get(key) {
      const { response } = await request('GET', key)
      if (response.status === 404) return undefined
      const { body } = await succeeded(response)
      return { version: versionOf(response), body: Readable.fromWeb(body ?? new Blob([]).stream()) }
    },
    async put(key, content, expected) {
      const mark = randomUUID()
      const condition = expected === undefined ? { 'if-none-match': '*' } : { 'if-match': expected }
      const { response, repeated } = await request('PUT', key, { ...condition, [markHeader]: mark }, content)
      // 409: another write of it is under way; 404: it was deleted
      if (![404, 409, 412].includes(response.status)) return versionOf(await consumed(await succeeded(response)))
      await consumed(response)
      if (!repeated) return undefined
      const { response: now } = await request('HEAD', key)
      return now.headers.get(markHeader) === mark ? versionOf(now) : undefined
    },
    async delete(key) {
      const { response } = await request('DELETE', key)
      if (response.status !== 404) await succeeded(response)
      await consumed(response)
    }
  }
}

type Send = (method: string, key: string, headers?: Record<string, string>, body?: Blob) => Promise<Response>

/** Tries again what got no answer, or one that says that it may be tried again. `repeated`: an earlier try may have had an effect. */
function retried(send: Send, pause: number) {
  return async (...request: Parameters<Send>): Promise<{ response: Response; repeated: boolean }> => {
    for (let attempt = 1; ; attempt++) {
      try {
        const response = await send(...request)
        const isFinal = response.status < 500 && response.status !== 429
        if (isFinal || attempt === tries) return { response, repeated: attempt > 1 }
        await consumed(response)
      } catch (error) {
        if (attempt === tries) throw error
      }
      await sleep(pause * attempt)
    }
  }
}

async function succeeded(response: Response): Promise<Response> {
  if (response.ok) return response
  const text = await response.text()
  const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1]
  throw new Error(`the store answered ${response.status}${code === undefined ? '' : ` (${code})`}`)
}

/** A body that nobody reads would hold its connection. */
async function consumed(response: Response): Promise<Response> {
  await response.body?.cancel()
  return response
}

function versionOf({ headers }: Response): string {
  const tag = headers.get('etag')
  if (tag === null) throw new Error('the store answered without an ETag')
  return tag
}
