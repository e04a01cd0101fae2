import type { Store } from '../store/store.ts'
import type { LeaderCalls } from './leader-calls.ts'

/** Tables, and the columns by which their rows are known: what others refer to comes first. */
const tables = [
  ['api_keys', 'id'],
  ['api_key_secrets', 'digest'],
  ['webhook_endpoints', 'id']
] as const
/** Milliseconds between two times that they are sent: changes are stored for two days at least. */
const resendMs = 86_400_000

/** Rows that last for longer than changes are stored: the one that leads sends them again, for front ends that come later. */
export class LastingRows implements Disposable {
  readonly #store: Pick<Store, 'transaction'>
  readonly #calls: LeaderCalls
  #timer: NodeJS.Timeout | undefined

  constructor(store: Pick<Store, 'transaction'>, calls: LeaderCalls) {
    this.#store = store
    this.#calls = calls
  }

  /** This front end leads from now on: what others have stored is here. */
  leads(): void {
    clearInterval(this.#timer)
    this.#timer = setInterval(() => this.#resend(), resendMs).unref()
    this.#resend()
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #resend(): void {
    if (!this.#calls.isHere) return clearInterval(this.#timer)
    try {
      this.#store.transaction((connection) => {
        for (const [table, key] of tables) connection.execute(`UPDATE ${table} SET ${key} = ${key}`)
      })
    } catch {
      // the store cannot be used at the moment
    }
  }
}
