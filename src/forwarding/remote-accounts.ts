import { randomBytes } from 'node:crypto'
import { NobodyListens } from '../broker/broker.ts'
import type { Mail } from '../broker/broker.ts'
import type { Account, Accounts } from '../turn/accounts.ts'
import { within } from '../turn/deadline.ts'
import { errorOf, GatewayError } from '../turn/error.ts'
import type { TurnEnd, UsageEvent } from '../turn/event.ts'
import { textsOf } from '../turn/prompt-size.ts'
import type { TurnRequest } from '../turn/request.ts'
import { accountsAnswerFrom } from '../wire/accounts.ts'
import type { AccountsAnswer, Overspent, Spender, ToAccounts } from '../wire/accounts.ts'
import type { Subjects } from '../wire/subjects.ts'
import { times } from '../wire/times.ts'
import { isSettled, pause } from './asking.ts'

export interface RemoteAccountsOptions {
  mail: Mail
  subjects: Subjects
  /** The worker, and its life. */
  sender: () => { worker: string; run: string }
  /** Front ends that are there, the one first that is to account for this owner's turns. */
  frontsFor: (owner: string | undefined) => readonly string[]
}

/** Accounts for a worker's own turns at front ends, which know what their owners may use. */
export class RemoteAccounts implements Accounts {
  readonly #options: RemoteAccountsOptions
  readonly #open = new Map<string, RemoteAccount>()

  constructor(options: RemoteAccountsOptions) {
    this.#options = options
  }

  /** Only a front end knows, and is asked by `open`. */
  refusal(): undefined {}

  async open(request: TurnRequest, engine: string, stop: (reason: GatewayError) => void): Promise<Account> {
    const id = randomBytes(16).toString('hex')
    const closed = () => void this.#open.delete(id)
    const opening: Opening = {
      ...this.#options.sender(),
      do: 'account',
      account: id,
      spender: spenderOf(request),
      engine
    }
    const account = new RemoteAccount({ ...this.#options, opening, stop, closed })
    this.#open.set(id, account)
    await account.open().catch((error: unknown) => {
      account.abandon()
      throw error
    })
    return account
  }

  /** A front end says that a turn is to stop. */
  stop({ account, error }: Overspent): void {
    this.#open.get(account)?.stop(errorOf(error))
  }
}

type Opening = Extract<ToAccounts, { do: 'account' }>

interface RemoteAccountOptions extends RemoteAccountsOptions {
  opening: Opening
  stop: (reason: GatewayError) => void
  closed: () => void
}

/** Reports what one turn spends to a front end: in order, each event until it is counted, and at another one where the first is gone. */
class RemoteAccount implements Account {
  readonly #options: RemoteAccountOptions
  readonly #timer: NodeJS.Timeout
  #front: string | undefined
  #sent = 0
  #sending: Promise<void> = Promise.resolve()
  #isOver = false

  constructor(options: RemoteAccountOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#goesOn(), times.lookAfter).unref()
  }

  /** Rejects with why the turn must not begin, or not go on. */
  async open(): Promise<void> {
    const { frontsFor, opening } = this.#options
    for (const front of frontsFor(opening.spender.owner)) {
      const answer = await this.#ask(front, opening)
      if (answer && 'refused' in answer) throw errorOf(answer.refused)
      if (!answer || 'gone' in answer) continue
      this.#front = front
      return
    }
    throw new GatewayError('overloaded', 'No front end can be asked at the moment what the turn may use.', {
      retryAfter: 5
    })
  }

  note(event: UsageEvent): void {
    this.#send({ n: ++this.#sent, event })
  }

  async close(end: TurnEnd, thread: string | undefined): Promise<void> {
    this.#send({ n: ++this.#sent, event: end, ...(thread !== undefined && { thread }) })
    await within(times.lost, this.#sending)
    this.abandon()
  }

  abandon(): void {
    clearInterval(this.#timer)
    this.#isOver = true
    this.#options.closed()
  }

  stop(reason: GatewayError): void {
    if (!this.#isOver) this.#options.stop(reason)
  }

  /** The front end closes accounts of which it hears nothing. */
  #goesOn(): void {
    this.#send({ n: this.#sent })
  }

  #send(spent: Pick<Extract<ToAccounts, { do: 'spent' }>, 'n' | 'event' | 'thread'>): void {
    this.#sending = this.#sending.then(() => this.#deliver(spent)).catch(() => {})
  }

  async #deliver(spent: object): Promise<void> {
    const { account } = this.#options.opening
    while (!this.#isOver) {
      const message = { do: 'spent', account, n: 0, ...spent } as const
      const answer = this.#front === undefined ? undefined : await this.#ask(this.#front, message)
      if (answer && 'counted' in answer) return answer.stop && this.stop(errorOf(answer.stop))
      this.#front = undefined
      await this.#goOnElsewhere()
    }
  }

  async #goOnElsewhere(): Promise<void> {
    try {
      await this.open()
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code === 'overloaded') return await pause()
      this.stop(error)
      this.abandon()
    }
  }

  /** Undefined where that front end is not there any more. */
  async #ask(front: string, message: ToAccounts): Promise<AccountsAnswer | undefined> {
    const { mail, subjects, frontsFor, opening } = this.#options
    while (!this.#isOver && frontsFor(opening.spender.owner).includes(front))
      try {
        return accountsAnswerFrom(await mail.request(subjects.front(front), message, times.take))
      } catch (error) {
        if (error instanceof NobodyListens && isSettled(mail)) return undefined
        await pause()
      }
    return undefined
  }
}

function spenderOf(request: TurnRequest): Spender {
  const { owner, key, workspace, model, serviceTier, profile } = request
  const chars = textsOf(request).reduce((sum, text) => sum + text.length, 0)
  return { owner, key, workspace, model, serviceTier, profile, chars }
}
