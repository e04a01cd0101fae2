import type { GatewayContext } from '../../http/state.ts'
import { invalid } from '../../openai/invalid.ts'
import { GatewayError } from '../../turn/error.ts'
import { isTurnEnd } from '../../turn/event.ts'
import type { TurnEvent } from '../../turn/event.ts'
import { failureFrom } from '../../turn/outcome.ts'
import type { TurnReport } from '../../turn/report.ts'
import type { Work } from '../../work/work.ts'
import { answerInBackground } from './answer.ts'
import type { Answer } from './answer.ts'
import type { ResponseResource } from './resource.ts'
import type { ResponseRequest } from './schema.ts'
import type { StoredResponse } from './stored-response.ts'

/** The responses that are made after their request was answered. */
export interface BackgroundWork {
  /** Begins one, which is stored from the start. Returns it as it is then. Throws where its turn is refused or it cannot be stored. */
  begin: (
    ctx: GatewayContext,
    run: (signal: AbortSignal) => AsyncIterable<TurnEvent>,
    answer: Answer,
    report: TurnReport
  ) => Promise<ResponseResource>
  /** How a response is now. `find` reads the stored one, which may be behind. */
  current: (id: string, find: () => Promise<StoredResponse>) => Promise<ResponseResource>
  /** Ends one, if this gateway makes it. Resolves when that is stored. */
  cancel: (id: string) => Promise<void>
}

const lost = { code: 'server_error', message: 'The gateway ended before this response was complete.' }

/** `isPersistent`: responses are stored. */
export function backgroundWork(work: Work, isPersistent: boolean): BackgroundWork {
  const answers = new Map<string, Answer>()
  return {
    async begin(ctx, run, answer, report) {
      if (!isPersistent) throw new GatewayError('internal_error', 'Responses are not stored here, so it was not begun.')
      const resource = answer.events.resource()
      const { ended } = await work.begin(
        resource.id,
        async (job) => {
          const turn = await accepted(run(job.signal))
          if (!(await answer.store?.(resource, { worker: work.mark }))?.store) {
            await turn[Symbol.asyncIterator]().return?.()
            throw new GatewayError('overloaded', 'The response cannot be stored, so it was not begun.', {
              retryAfter: 5
            })
          }
          answers.set(resource.id, answer)
          return () =>
            answerInBackground(turn, answer, () => job.isCancelled).finally(() => answers.delete(resource.id))
        },
        () => report.admitted
      )
      ctx.state.background = ended
      return resource
    },
    async current(id, find) {
      const [job, answer] = [work.find(id), answers.get(id)] // before anything is read: it may end meanwhile
      const { resource, worker } = await find()
      if (!job || !answer)
        return resource.status === 'in_progress' && work.isLost(worker)
          ? { ...resource, status: 'failed', error: lost }
          : resource
      if (answer.events.resource().status !== 'in_progress') await job.ended // shown only when it is stored
      return answer.events.resource()
    },
    cancel: (id) => work.cancel(id)
  }
}

/** The turn's events, once it is known that it has a slot or waits for one. Throws the error of one that was refused. */
async function accepted(events: AsyncIterable<TurnEvent>): Promise<AsyncIterable<TurnEvent>> {
  const iterator: AsyncIterator<TurnEvent> = events[Symbol.asyncIterator]()
  let first: IteratorResult<TurnEvent, unknown> | undefined = await iterator.next()
  const failure = !first.done && isTurnEnd(first.value) ? failureFrom(first.value) : undefined
  if (failure) {
    await iterator.return?.() // its clock would run on, and keep a gateway that stops from ending
    throw failure
  }
  const next = () => {
    const result = first
    first = undefined
    return result ? Promise.resolve(result) : iterator.next()
  }
  return {
    [Symbol.asyncIterator]: () => ({
      next,
      return: async () => (await iterator.return?.()) ?? { value: undefined, done: true }
    })
  }
}

/** Throws for a request that cannot be answered in the background. */
export function checkBackground({ background, store, stream }: ResponseRequest): void {
  if (!background) return
  if (store === false) throw invalid("A response in the background needs 'store'.", 'background')
  if (stream)
    throw new GatewayError('unsupported', 'A response in the background cannot be streamed.', { param: 'stream' })
}
