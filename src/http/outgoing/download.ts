import { request } from 'node:https'
import type { RequestOptions } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { GatewayError } from '../../turn/error.ts'
import { lookupOf, NoAddressError } from './lookup.ts'
import type { Resolve } from './lookup.ts'
import { isPublicAddress } from './public-address.ts'
import { Linked } from '../../turn/linked.ts'

export interface DownloadOptions {
  /** Host names that may be asked; `*.example.com` is every name below it. All when it is empty. */
  hosts: readonly string[]
  /** Bytes that an answer may have. */
  maxBytes: number
  /** Milliseconds for all of it, redirects included. */
  timeoutMs: number
  /** Which addresses may be asked: those of the public internet when left out. */
  isAllowed?: ((address: string) => boolean) | undefined
  resolve?: Resolve | undefined
  /** Certificates to trust beside the usual ones. */
  ca?: string | undefined
}

/** Why something could not be downloaded, in words for a client: it reveals nothing of the network that the gateway is in. */
export class DownloadError extends Error {}

/** Reads the answer to a GET. `count` is called for every piece before it is stored, and may throw a `GatewayError`. Rejects with that or a `DownloadError`. */
export type Download = (url: string, signal: AbortSignal, count: (bytes: number) => void) => Promise<Buffer>

const maxRedirects = 3

/** Downloads from hosts of the public internet, by https alone. No cookie, token or proxy of the gateway's is used. */
export function downloader(options: DownloadOptions): Download {
  const { isAllowed = isPublicAddress, resolve, ca } = options
  const usual: RequestOptions = {
    agent: false,
    lookup: lookupOf(isAllowed, resolve),
    headers: { 'user-agent': 'codex-gateway', accept: 'image/*', 'accept-encoding': 'identity' },
    ...(ca !== undefined && { ca })
  }
  return async (first, caller, count) => {
    using limit = new Linked(caller, options.timeoutMs)
    const { signal } = limit.controller
    let url = first
    for (let redirects = 0; redirects <= maxRedirects; redirects++) {
      const checked = checkedUrl(url, options.hosts, isAllowed)
      const response = await responseTo(checked, { ...usual, signal }).catch((error: unknown) => {
        throw failureFrom(error, signal)
      })
      const { location } = response.headers
      const status = response.statusCode ?? 0
      if (status >= 300 && status < 400 && location !== undefined) {
        response.destroy()
        url = urlFrom(location, checked.href)?.href ?? ''
        continue
      }
      if (status !== 200) {
        response.destroy()
        throw new DownloadError(`its host answered with the status ${status}`)
      }
      return await bytesOf(response, options.maxBytes, count, signal)
    }
    throw new DownloadError(`it has more than ${maxRedirects} redirects`)
  }
}

function checkedUrl(text: string, hosts: readonly string[], isAllowed: (address: string) => boolean): URL {
  const url = urlFrom(text)
  if (url?.protocol !== 'https:') throw new DownloadError('only https URLs are fetched')
  if (url.username !== '' || url.password !== '') throw new DownloadError('its URL has a user name or a password')
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (hosts.length > 0 && !hosts.some((pattern) => matches(host, pattern.toLowerCase())))
    throw new DownloadError('the operator does not allow its host')
  if (isIP(host) !== 0 && !isAllowed(host)) throw new DownloadError(noAddress) // no name is looked up then
  return url
}

const noAddress = 'its host has no public address'

function matches(host: string, pattern: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern
}

function urlFrom(text: string, base?: string): URL | undefined {
  return URL.canParse(text, base) ? new URL(text, base) : undefined
}

function responseTo(url: URL, options: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(url, options, resolve).on('error', reject).end()
  })
}

async function bytesOf(
  response: IncomingMessage,
  maxBytes: number,
  count: (bytes: number) => void,
  signal: AbortSignal
): Promise<Buffer> {
  const pieces: Buffer[] = []
  let bytes = 0
  try {
    for await (const piece of response as AsyncIterable<Buffer>) {
      bytes += piece.length
      if (bytes > maxBytes) throw new DownloadError(`it is larger than ${Math.floor(maxBytes / 1024 / 1024)} MiB`)
      count(piece.length)
      pieces.push(piece)
    }
  } catch (error) {
    throw failureFrom(error, signal)
  } finally {
    response.destroy()
  }
  return Buffer.concat(pieces)
}

/** Errors of sockets become a sentence that is the same for all of them. */
function failureFrom(error: unknown, signal: AbortSignal): Error {
  if (error instanceof DownloadError || error instanceof GatewayError) return error
  if (error instanceof NoAddressError) return new DownloadError(noAddress)
  return new DownloadError(signal.aborted ? 'it took too long' : 'its host cannot be reached')
}
