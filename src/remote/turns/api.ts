import { z } from 'zod'
import { forKey, workspaceFor } from '../../access/workspaces.ts'
import type { WorkspaceDirectory } from '../../access/workspaces.ts'
import { RpcError } from '../../codex/wire/json-rpc.ts'
import type { Api, ApiContext } from '../../http/api.ts'
import type { ReadBody } from '../../http/body/body.ts'
import { lifetime } from '../../http/lifetime.ts'
import { GatewayError } from '../../turn/error.ts'
import type { Seat } from '../../workspaces/shared/shared-codex.ts'
import type { Workspaces } from '../../workspaces/workspace.ts'
import { contextOf } from '../filter/context-of.ts'
import type { Meters } from '../metering/meters.ts'
import { Disconnected } from './server-connection.ts'
import { TurnRun } from './submitted-turn.ts'
import type { JsonObject } from '../../turn/json-object.ts'

export interface TurnDependencies {
  workspaces: Workspaces
  directory: WorkspaceDirectory
  /** Where turns are accounted for. */
  meters: Meters
  readBody: ReadBody
}

/** Milliseconds that a turn may take. */
const limits = { usual: 3_600_000, most: 86_400_000 }

const request = z.looseObject({
  workspaceId: z.string().min(1),
  threadId: z.string().min(1).nullish(),
  params: z
    .record(z.string(), z.unknown())
    .meta({ description: 'What `turn/start` takes, without `threadId`: `{"input": […]}`.' }),
  timeoutMs: z.number().int().min(1).max(limits.most).nullish()
})
const codes = ['brokerTimeout', 'codexRPCError', 'subprocessCrash', 'wsDisconnect'] as const
const transport = z.object({ code: z.enum(codes), message: z.string() })
const answer = z.object({
  threadId: z.string().nullable(),
  turn: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: 'The turn in app-server’s words, with its items.' }),
  transport: transport.optional().meta({ description: 'Why there is no turn.' })
})

/** Turns that are submitted and awaited, in the threads that remote clients see. */
export function turnsApi(dependencies: TurnDependencies): Api {
  return {
    operations: [
      {
        method: 'post',
        path: '/api/turns',
        summary:
          'Run a turn in a thread of the remote clients, or in a new one, and answer when it is over. What Codex asks is declined.',
        body: request,
        answer,
        failures: [404],
        handle: (ctx) => submit(ctx, dependencies)
      }
    ]
  }
}

async function submit(ctx: ApiContext, { workspaces, directory, readBody, meters }: TurnDependencies): Promise<void> {
  const { workspaceId, threadId, params, timeoutMs } = requestFrom(await readBody(ctx))
  const { principal } = ctx.state
  const { id, models } = forKey(principal, workspaceFor({ header: workspaceId }, principal, directory))
  const workspace = await workspaces.get(id)
  const late = AbortSignal.timeout(timeoutMs ?? limits.usual)
  const signal = AbortSignal.any([lifetime(ctx, () => true), late])
  const caller = { owner: principal.id, key: principal.key?.id }
  const run = new TurnRun({ context: { ...contextOf(workspace), ...(models && { models }) }, caller })
  run.threadId = threadId ?? undefined
  let seat: Seat | undefined
  try {
    seat = await workspace.shared?.join()
    if (!seat) throw new GatewayError('not_found', 'This workspace has no remote clients.')
    const { server } = seat
    const turn = await run.run(server, { threadId: run.threadId, params, meter: meters.of(server, id) }, signal)
    ctx.body = late.aborted ? failed(run, 'brokerTimeout', tooLong) : result(run, turn)
  } catch (error) {
    ctx.body = late.aborted ? failed(run, 'brokerTimeout', tooLong) : failureFrom(error, run, seat)
  } finally {
    await seat?.[Symbol.asyncDispose]()
  }
}

const tooLong = 'The turn took too long and was interrupted.'

const result = ({ threadId = null }: TurnRun | { threadId?: string | null }, turn: JsonObject) => ({ threadId, turn })

const failed = ({ threadId }: TurnRun, code: (typeof codes)[number], message: string) => ({
  threadId: threadId ?? null,
  transport: { code, message }
})

/** Throws what is no failure of the way to codex. */
function failureFrom(error: unknown, run: TurnRun, seat: Seat | undefined): object {
  if (error instanceof RpcError) return failed(run, 'codexRPCError', error.message)
  if (error instanceof Disconnected)
    return seat?.server.leaving.aborted
      ? failed(run, 'subprocessCrash', String(seat.server.leaving.reason))
      : failed(run, 'wsDisconnect', error.message)
  if (error instanceof GatewayError && error.code === 'engine_stopped')
    return failed(run, 'subprocessCrash', error.message)
  throw error
}

function requestFrom(body: unknown): z.output<typeof request> {
  const parsed = request.safeParse(body)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const param = issue?.path.join('.') || 'body'
  throw new GatewayError('invalid_request', `'${param}': ${issue?.message ?? 'is not valid'}.`, { param })
}
