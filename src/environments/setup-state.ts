import { z } from 'zod'

/** How far the setup of an environment has come. `worker` is the mark of the gateway that runs it, see `store/presence.ts`. */
export const setupState = z.discriminatedUnion('status', [
  z.object({ status: z.literal('ready') }),
  z.object({ status: z.literal('pending'), worker: z.string() }),
  z.object({ status: z.literal('failed'), message: z.string() })
])
export type SetupState = z.output<typeof setupState>

/** A setup that is over. */
export type SetupEnd = Exclude<SetupState, { status: 'pending' }>

export const isReady: SetupEnd = { status: 'ready' }

export const hasFailed = (message: string): SetupEnd => ({ status: 'failed', message })

/** Each command runs at most once: what a gateway was running that is gone is not run again. */
export const wasLost = hasFailed('The gateway stopped before the setup commands of this environment had ended.')
