import { Lifetimes } from '../../http/lifetime.ts'
import type { GatewayContext } from '../../http/state.ts'
import { invalid } from '../../openai/invalid.ts'
import { GatewayError } from '../../turn/error.ts'
import type { TurnEvent } from '../../turn/event.ts'
import { answerUnheard } from './answer.ts'
import type { Answer } from './answer.ts'
import type { ResponseEvents } from './events.ts'
import type { ResponseResource } from './resource.ts'
import type { ResponseRequest } from './schema.ts'

/** The responses that are made while nobody waits for them. */
export interface BackgroundWork {
  /** Begins one, which is kept from the start. Returns it as it is then. */
  begin: (
    ctx: GatewayContext,
    run: (signal: AbortSignal) => AsyncIterable<TurnEvent>,
    answer: Answer
  ) => Promise<ResponseResource>
  /** How a response is now. `kept` is asked for what was kept, which may be behind. */
  current: (id: string, kept: () => Promise<ResponseResource>) => Promise<ResponseResource>
  /** Ends one, if it is at work. Resolves when that has been kept. */
  cancel: (id: string) => Promise<void>
}

interface Work {
  events: ResponseEvents
  controller: AbortController
  isCancelled: boolean
  ended: Promise<void>
}

const lost = { code: 'server_error', message: 'The gateway ended before this response was complete.' }

export function backgroundWork(): BackgroundWork {
  const working = new Map<string, Work>()
  return {
    async begin(ctx, run, { events, keep }) {
      const resource = events.resource()
      if (!(await keep?.(resource)))
        throw new GatewayError('internal_error', 'The response could not be kept, so it was not begun.')
      const { controller, done } = (ctx.state.lifetimes ?? new Lifetimes()).detach(ctx)
      const work: Work = { events, controller, isCancelled: false, ended: Promise.resolve() }
      working.set(resource.id, work)
      work.ended = answerUnheard(run(controller.signal), { events, keep }, () => work.isCancelled).finally(() => {
        working.delete(resource.id)
        done()
      })
      ctx.state.background = work.ended.catch(() => {})
      return resource
    },
    async current(id, kept) {
      const work = working.get(id) // before anything is read: it may end meanwhile
      const resource = await kept()
      if (!work) return resource.status === 'in_progress' ? { ...resource, status: 'failed', error: lost } : resource
      if (work.events.resource().status !== 'in_progress') await work.ended // told only when it is kept
      return work.events.resource()
    },
    async cancel(id) {
      const work = working.get(id)
      if (!work) return
      work.isCancelled = true
      work.controller.abort('client')
      await work.ended
    }
  }
}

/** Throws for a request that cannot be answered in the background. */
export function checkBackground({ background, store, stream }: ResponseRequest): void {
  if (!background) return
  if (store === false) throw invalid("A response in the background needs 'store'.", 'background')
  if (stream)
    throw new GatewayError('unsupported', 'A response in the background cannot be streamed.', { param: 'stream' })
}
