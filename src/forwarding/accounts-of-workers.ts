import type { Mail } from '../broker/broker.ts'
import type { Account, Accounts } from '../turn/accounts.ts'
import { GatewayError, turnErrorFrom } from '../turn/error.ts'
import { isTurnEnd, isUsage } from '../turn/event.ts'
import type { TurnRequest } from '../turn/request.ts'
import type { AccountsAnswer, Overspent, Spender, ToAccounts } from '../wire/accounts.ts'
import { eventFrom } from '../wire/events.ts'
import type { Subjects } from '../wire/subjects.ts'
import { isReachableFor } from '../wire/ticker.ts'
import { times } from '../wire/times.ts'
import type { Homes } from './homes.ts'

export interface AccountsOfWorkersOptions {
  mail: Mail
  subjects: Subjects
  homes: Pick<Homes, 'holder'>
  /** Where turns are accounted for; all may begin, and nothing is counted, when left out. */
  accounts: Accounts | undefined
}

interface OpenAccount {
  worker: string
  account: Promise<Account | undefined>
  /** The last event that was counted. */
  n: number
  /** `performance.now()` of the last word of it. */
  at: number
  stop?: GatewayError
  isClosed?: boolean
}

/** Accounts at once, closed ones of the last seconds included. */
const most = 100_000
/** Milliseconds between two looks for accounts whose workers are silent. */
const lookMs = 1_000

/** Accounts for the turns of threads, sessions and agents, which begin on workers. */
export class AccountsOfWorkers implements AsyncDisposable {
  readonly #options: AccountsOfWorkersOptions
  readonly #open = new Map<string, OpenAccount>()
  readonly #timer = setInterval(() => void this.#look(), lookMs).unref()

  constructor(options: AccountsOfWorkersOptions) {
    this.#options = options
  }

  answer(message: ToAccounts): Promise<AccountsAnswer> {
    return message.do === 'account' ? this.#begin(message) : this.#count(message)
  }

  /** Their workers go on with them at other front ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all([...this.#open].map(([id, open]) => this.#forget(id, open)))
  }

  async #begin(message: Opening): Promise<AccountsAnswer> {
    const { account: id, worker } = message
    let open = this.#open.get(id)
    if (!open) {
      if (this.#open.size >= most) return { gone: true }
      open = { worker, account: this.#opened(message), n: 0, at: performance.now() }
      this.#open.set(id, open)
    }
    try {
      await open.account
      return { counted: true }
    } catch (error) {
      this.#open.delete(id)
      return { refused: turnErrorFrom(error) }
    }
  }

  /** Only the worker that has an owner's threads may spend in its name. */
  async #opened({ account: id, worker, spender, engine }: Opening): Promise<Account | undefined> {
    const { homes, accounts, mail, subjects } = this.#options
    if ((await homes.holder(spender.owner ?? 'anonymous')) !== worker)
      throw new GatewayError('forbidden', 'The threads and sessions of this turn’s owner are not on this worker.')
    return await accounts?.open(requestOf(spender), engine, (reason) => {
      const open = this.#open.get(id)
      if (open) open.stop = reason
      const order: Overspent = { do: 'overspent', account: id, error: turnErrorFrom(reason) }
      mail.send(subjects.worker(worker), order)
    })
  }

  async #count({ account: id, n, event: sent, thread }: Spent): Promise<AccountsAnswer> {
    const open = this.#open.get(id)
    if (!open) return { gone: true }
    open.at = performance.now()
    if (n > open.n && !open.isClosed) {
      open.n = n
      const event = eventFrom(sent)
      const account = await open.account.catch(() => undefined)
      if (event && isUsage(event)) account?.note(event)
      else if (event && isTurnEnd(event)) {
        open.isClosed = true
        await account?.close(event, thread)
      }
    }
    return { counted: true, ...(open.stop && { stop: turnErrorFrom(open.stop) }) }
  }

  /** Silence counts only while workers could reach this front end. */
  async #look(): Promise<void> {
    if (!isReachableFor(times.lost, this.#options.mail)) return
    const before = performance.now() - times.lost
    for (const [id, open] of this.#open) if (open.at < before) await this.#forget(id, open)
  }

  async #forget(id: string, open: OpenAccount): Promise<void> {
    this.#open.delete(id)
    if (open.isClosed) return
    const account = await open.account.catch(() => undefined)
    await account?.close({ type: 'turn.interrupted', reason: 'elsewhere' }, undefined)
  }
}

type Opening = Extract<ToAccounts, { do: 'account' }>
type Spent = Extract<ToAccounts, { do: 'spent' }>

/** A request as long as that of the turn. */
function requestOf({ chars, ...spender }: Spender): TurnRequest {
  return { ...spender, input: [{ type: 'text', text: ' '.repeat(chars) }] }
}
