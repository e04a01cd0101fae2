import { GatewayError } from '../turn/error.ts'

/** Milliseconds before the store is tried again. */
const again = 1_000

/** Calls `action` when something can be stored, of which `check` throws otherwise: now, or as soon as that is so. `gone`: it never can. */
export function whenStorable(check: () => void, action: () => void, gone: () => void): void {
  try {
    check()
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'not_found') return gone()
    const retry = () => {
      try {
        whenStorable(check, action, gone)
      } catch {
        // what cannot be stored now is with the next event
      }
    }
    return void setTimeout(retry, again).unref()
  }
  action()
}
