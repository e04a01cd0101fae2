import type { Account, Accounts } from '../turn/accounts.ts'
import { failedWith } from '../turn/contract.ts'
import type { Engine, RunTurn } from '../turn/engine.ts'
import { turnErrorFrom } from '../turn/error.ts'
import type { GatewayError } from '../turn/error.ts'
import { isTurnEnd, isUsage } from '../turn/event.ts'
import type { TurnEnd, TurnEvent } from '../turn/event.ts'
import { Linked } from '../turn/linked.ts'
import type { TurnRequest } from '../turn/request.ts'

/**
 * Opens an account before a turn begins, and closes it before its end is passed on. A turn whose consumer has left is read to
 * its end: what it took is known only then. Inside `limited`: a turn that waits for a slot spends nothing. `engine` is contracted.
 */
export function accounted(engine: Engine, accounts: Accounts): Engine {
  const counting = engine.engines?.some(({ name }) => name === countingEngine)
  const placed = (request: TurnRequest): TurnRequest =>
    counting && request.engine === undefined && accounts.countsEach?.(request)
      ? { ...request, engine: countingEngine }
      : request
  const run: RunTurn = async function* (asked, signal) {
    const request = placed(asked)
    using linked = new Linked(signal)
    const { controller } = linked
    const reading: Reading = {}
    const stop = (error: GatewayError) => {
      reading.stopped ??= error
      controller.abort('client')
    }
    let account: Account
    try {
      account = await accounts.open(request, engine.nameFor?.(request) ?? engine.name, stop)
    } catch (error) {
      yield failedWith(error, signal)
      return
    }
    const turn = engine.run(request, controller.signal)[Symbol.asyncIterator]()
    try {
      for (let next = await turn.next(); !next.done; next = await turn.next()) {
        const event = note(next.value, account, reading)
        if (isTurnEnd(event)) await closed(account, event, reading)
        yield event
      }
    } finally {
      if (!reading.closed) await readToTheEnd(turn, account, reading, controller)
      await turn.return?.()
    }
  }
  const { nameFor } = engine
  return { ...engine, run, ...(nameFor && { nameFor: (request: TurnRequest) => nameFor(placed(request)) }) }
}

/** The engine that reports each response of the model at once. */
const countingEngine = 'app-server'

interface Reading {
  threadId?: string
  /** Why the turn was made to stop. */
  stopped?: GatewayError
  closed?: boolean
}

function note(event: TurnEvent, account: Account, reading: Reading): TurnEvent {
  if (event.type === 'item.delta') return event
  if (isUsage(event)) account.note(event)
  else if (event.type === 'thread.started') reading.threadId = event.thread_id
  else if (reading.stopped && isTurnEnd(event)) return stoppedBy(reading.stopped, event)
  return event
}

/** A turn that completed all the same has completed. */
function stoppedBy(reason: GatewayError, end: TurnEnd): TurnEnd {
  if (end.type === 'turn.completed') return end
  return { type: 'turn.failed', error: turnErrorFrom(reason), ...(end.usage && { usage: end.usage }) }
}

async function closed(account: Account, end: TurnEnd, reading: Reading): Promise<void> {
  reading.closed = true
  await account.close(end, reading.threadId)
}

/** What a turn that was left early reports until it is over. */
async function readToTheEnd(
  turn: AsyncIterator<TurnEvent>,
  account: Account,
  reading: Reading,
  controller: AbortController
): Promise<void> {
  let end: TurnEnd = { type: 'turn.interrupted', reason: 'client' }
  controller.abort('client')
  try {
    for (let next = await turn.next(); !next.done; next = await turn.next()) {
      const event = note(next.value, account, reading)
      if (isTurnEnd(event)) end = event
    }
  } finally {
    await closed(account, end, reading)
  }
}
