import { request as requestByHttp } from 'node:http'
import { request as requestByHttps } from 'node:https'
import type { Destinations } from './destinations.ts'
import { lookupOf, NoAddressError } from './lookup.ts'
import type { Resolve } from './lookup.ts'
import { Linked } from '../../turn/linked.ts'

export interface PostOptions {
  destinations: Destinations
  /** Milliseconds until the status of the answer must be there. */
  timeoutMs: number
  resolve?: Resolve | undefined
  /** Certificates to trust beside the usual ones. */
  ca?: string | undefined
}

/** Why nothing was sent, or no answer came: it reveals nothing of the network that the gateway is in. */
export class PostError extends Error {}

/** Sends a body of JSON. Resolves to the status of the answer, whose body is not read. Rejects with a `PostError`. */
export type Post = (url: string, headers: Record<string, string>, body: string, signal: AbortSignal) => Promise<number>

/**
 * Sends to allowed destinations alone: the name is looked up once, and the socket connects to the address that was checked.
 * A redirect is not followed. No cookie, token or proxy of the gateway's is used.
 */
export function poster({ destinations, timeoutMs, resolve, ca }: PostOptions): Post {
  return (text, headers, body, caller) => {
    const refusal = destinations.refusal(text)
    if (refusal !== undefined) return Promise.reject(new PostError(refusal))
    const url = new URL(text)
    const limit = new Linked(caller, timeoutMs)
    const { signal } = limit.controller
    const isAllowed = (address: string) => destinations.isAllowed(url, address)
    const send = url.protocol === 'https:' ? requestByHttps : requestByHttp
    const sent = new Promise<number>((done, reject) => {
      const request = send(url, {
        method: 'POST',
        agent: false,
        signal,
        lookup: lookupOf(isAllowed, resolve),
        headers: { 'user-agent': 'codex-gateway', 'content-type': 'application/json', ...headers },
        ...(ca !== undefined && { ca })
      })
      request.on('error', (error) => reject(failureFrom(error, signal)))
      request.on('response', (response) => {
        done(response.statusCode ?? 0)
        response.on('error', () => {}).destroy()
      })
      request.end(body)
    })
    return sent.finally(() => limit[Symbol.dispose]())
  }
}

function failureFrom(error: Error, signal: AbortSignal): PostError {
  if (error instanceof NoAddressError) return new PostError('its host has no address that is allowed')
  return new PostError(signal.aborted ? 'it did not answer in time' : 'its host cannot be reached')
}
