import { z } from 'zod'
import { overspent, toAccounts } from './accounts.ts'
import { toExchange } from './exchange.ts'
import { toWebhooks } from './webhooks.ts'

const id = z.string().regex(/^[\w-]{1,64}$/)
const number = z.number().int().nonnegative()

/** What stands in the line: which turn waits, and which front end has it. Nothing of the turn itself. */
const ticket = z.object({ turn: id, front: id })
export type Ticket = z.output<typeof ticket>

/** To a front end. `run` is one life of a worker's process. */
const toFront = z.discriminatedUnion('do', [
  /** May this worker have the turn? The answer alone gives it. */
  z.object({ do: z.literal('take'), turn: id, worker: id, run: id }),
  /** A part of a request that is too large for one answer. */
  z.object({ do: z.literal('part'), turn: id, run: id, at: number, size: number }),
  /** Events, numbered from 1 without gaps. `ack`: say when they have been consumed. */
  z.object({
    do: z.literal('frame'),
    turn: id,
    run: id,
    n: number,
    events: z.array(z.unknown()),
    ack: z.boolean().optional()
  }),
  /** A piece of a frame that is too large for one message: its JSON as text. */
  z.object({
    do: z.literal('piece'),
    turn: id,
    run: id,
    n: number,
    index: number,
    count: number,
    text: z.string(),
    ack: z.boolean().optional()
  }),
  /** The front end listed a turn that this worker does not run. `started`: whether it ever did. */
  z.object({ do: z.literal('unknown'), turn: id, worker: id, run: id, grant: number, started: z.boolean() }),
  ...toAccounts,
  toWebhooks
])
export type ToFront = z.output<typeof toFront>
export type Take = Extract<ToFront, { do: 'take' }>
export type Frame = Extract<ToFront, { do: 'frame' }>
export type Piece = Extract<ToFront, { do: 'piece' }>
export type Unknown = Extract<ToFront, { do: 'unknown' }>

/** The answer to `take`. `grant` counts how often the turn was given away; a turn is given again only when the last one never began it. */
const taken = z.union([
  z.object({ gone: z.literal(true) }),
  z.object({ grant: number, totalMs: number, request: z.record(z.string(), z.unknown()) }),
  z.object({ grant: number, totalMs: number, chars: number })
])
export type Taken = z.output<typeof taken>

/** What a front end knows of one of its turns: how often it was given away, the frame it waits for, and the last one consumed. */
const standing = z.object({ grant: number, next: number, consumed: number })
export type Standing = z.output<typeof standing>

/** From one front end to another. */
const toPeer = z.discriminatedUnion('do', [
  /** End this work, which you have accepted. */
  z.object({ do: z.literal('cancel'), work: z.string() }),
  /** A piece of a request whose JSON may be larger than a message; the last one is answered. */
  z.object({ do: z.literal('ask'), id, index: number, count: number, text: z.string() })
])
export type ToPeer = z.output<typeof toPeer>
export type Ask = Extract<ToPeer, { do: 'ask' }>

/** To a worker. */
const toWorker = z.discriminatedUnion('do', [
  z.object({ do: z.literal('offer'), turn: id, front: id }),
  z.object({ do: z.literal('consumed'), turn: id, n: number }),
  z.object({ do: z.literal('state'), front: id, turns: z.record(id, standing) }),
  z.object({ do: z.literal('stop'), turn: id, reason: z.enum(['client', 'timeout', 'shutdown', 'elsewhere']) }),
  /** Nobody reads this turn any more: it is interrupted where it still runs, and its events are not sent. */
  z.object({ do: z.literal('drop'), turn: id }),
  z.object({ do: z.literal('ping') }),
  z.object({ do: z.literal('models'), workspace: z.string().optional() }),
  z.object({ do: z.literal('forget'), thread: z.string(), workspace: z.string().optional() }),
  ...toExchange,
  overspent
])
export type ToWorker = z.output<typeof toWorker>

/** A worker's sign of life. `agrees`: a hash of the settings that front ends and workers should share. `serves`: requests of clients, too; `ephemeral`: what it stores for them ends with it. */
const workerBeat = z.object({
  worker: id,
  run: id,
  slots: number,
  active: number,
  draining: z.boolean(),
  ready: z.boolean(),
  problem: z.string().optional(),
  version: z.string(),
  codex: z.string().optional(),
  workspaces: z.array(z.string()).optional(),
  serves: z.boolean().optional(),
  ephemeral: z.boolean().optional(),
  agrees: z.string()
})
export type WorkerBeat = z.output<typeof workerBeat>

/** A front end's. `mark`: by which what it has in progress is stored. */
const frontBeat = z.object({ front: id, run: id, version: z.string(), agrees: z.string(), mark: id.optional() })
export type FrontBeat = z.output<typeof frontBeat>

const reader =
  <T>(schema: z.ZodType<T>) =>
  (value: unknown): T | undefined =>
    schema.safeParse(value).data

/** What arrived; undefined where it is nothing that this version understands. */
export const ticketFrom = reader(ticket)
export const toFrontFrom = reader(toFront)
export const toPeerFrom = reader(toPeer)
export const peerAnswerFrom = reader(z.object({ answer: z.unknown() }))
export const takenFrom = reader(taken)
export const toWorkerFrom = reader(toWorker)
export const workerBeatFrom = reader(workerBeat)
export const frontBeatFrom = reader(frontBeat)
export const acceptedFrom = reader(z.object({ accepted: z.boolean() }))
export const pongFrom = reader(z.object({ run: id }))
export const partFrom = reader(z.object({ text: z.string() }))
