import type { IncomingHttpHeaders } from 'node:http'
import type { Principal } from '../../access/principal.ts'
import type { GatewayError } from '../../turn/error.ts'

/** What the checks read of a request, before anything of its body. Every `IncomingMessage` has it. */
export interface RequestHead {
  readonly method?: string | undefined
  /** The request target as it was sent. */
  readonly url?: string | undefined
  readonly httpVersion: string
  readonly headers: IncomingHttpHeaders
  /** Names and values in turn, as they were sent. */
  readonly rawHeaders: readonly string[]
  readonly socket: { readonly remoteAddress?: string | undefined }
}

/** Of the operation that a request asks for. The path is canonical: see `canonicalUrl`. */
export type OperationTest = (method: string, path: string) => boolean

/** A request that is answered with an error. */
export interface Refusal {
  readonly error: GatewayError
  /** Headers of the answer, besides those of the error dialect. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** A request that is served. */
export interface Admitted {
  readonly principal: Principal
  /** Headers of the answer, whatever it will be. */
  readonly headers: Readonly<Record<string, string>>
  /** Whether what let it in still would: for answers that go on for long. It always would when left out. */
  readonly isStillValid?: StillValid | undefined
}

export type StillValid = () => boolean | Promise<boolean>

export function isRefusal(verdict: object): verdict is Refusal {
  return 'error' in verdict
}
