import type { StillValid } from './door/verdict.ts'
import { lifetime } from './lifetime.ts'
import type { GatewayContext } from './state.ts'

/** Milliseconds between two looks. */
const interval = 1_000

/** Calls `ended` once what let somebody in no longer would: it has expired, was revoked or logged out. To be disposed of. */
export function watchValidity(
  isStillValid: StillValid | undefined,
  ended: () => void,
  milliseconds = interval
): Disposable {
  if (!isStillValid) return { [Symbol.dispose]() {} }
  const look = async () => {
    const isValid = await Promise.resolve(isStillValid()).catch(() => true) // the store cannot be read at the moment
    if (isValid) return
    clearInterval(timer)
    ended()
  }
  const timer = setInterval(() => void look(), milliseconds)
  timer.unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

/** What an event stream lasts as long as. */
export interface StreamLife extends Disposable {
  /** Ends with the request, and with the token or the login that let it in. */
  readonly signal: AbortSignal
  /** Whether it is that token or login which has ended. */
  readonly isTokenOver: boolean
}

/** The last event of a stream whose token has ended. */
export const tokenEnded = 'event: token-ended\ndata: {}\n\n'

export function streamLife(ctx: GatewayContext, milliseconds?: number): StreamLife {
  const over = new AbortController()
  const watch = watchValidity(ctx.state.isStillValid, () => over.abort(), milliseconds)
  return {
    signal: AbortSignal.any([lifetime(ctx), over.signal]),
    get isTokenOver() {
      return over.signal.aborted
    },
    [Symbol.dispose]: () => watch[Symbol.dispose]()
  }
}
