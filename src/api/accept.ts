import type { Waiting } from '../http/answer/waiting.ts'
import type { ReadBody } from '../http/body/body.ts'
import type { JsonObject } from '../http/body/json.ts'
import type { UnsupportedPolicy } from '../http/parameters.ts'
import { reported } from '../http/report.ts'
import type { GatewayContext } from '../http/state.ts'
import type { ResolvedModel, ResolveModel } from '../models/resolve.ts'
import type { ReadImage } from '../openai/image.ts'
import { answered } from '../turn/answered.ts'
import type { FieldNames } from '../turn/answered.ts'
import type { Engine } from '../turn/engine.ts'
import type { TurnEvent } from '../turn/event.ts'
import type { TurnReport } from '../turn/report.ts'
import type { TurnRequest } from '../turn/request.ts'

/** What every API that runs turns needs. */
export interface TurnDependencies {
  engine: Pick<Engine, 'name' | 'can' | 'engines' | 'nameFor' | 'run'>
  readBody: ReadBody
  resolveModel: ResolveModel
  unsupportedParameters: UnsupportedPolicy
  /** Characters of text that a turn may send to Codex, not counting what its thread contains already. */
  maxPromptChars: number
  /** Checks and reads an image of a request. */
  readImage: ReadImage
  waiting?: Waiting | undefined
}

/** How a protocol reads the body of a POST. Both throw the `GatewayError` of a request that is refused. */
export interface Reading<Request> {
  parse: (body: JsonObject) => Request
  /** The parameters that have no effect, which the answer names. */
  ignored: (body: JsonObject, request: Request) => string[]
}

/** The header that names the parameters of a request that had no effect. */
export const ignoredHeader = 'x-ignored-parameters'

/** What every POST that runs a turn begins with: reads the body, names the parameters without effect, and finds the model. */
export async function accept<Request extends { model?: string | null | undefined }>(
  ctx: GatewayContext,
  { readBody, resolveModel }: TurnDependencies,
  { parse, ignored }: Reading<Request>
): Promise<{ request: Request; model: ResolvedModel }> {
  const body = await readBody(ctx)
  const request = parse(body)
  const names = ignored(body, request)
  if (names.length > 0) ctx.set(ignoredHeader, names.join(', '))
  const model = await resolveModel(request.model)
  ctx.state.model = model.name
  return { request, model }
}

export interface RunOptions {
  signal: AbortSignal
  /** What the protocol calls the fields of a turn that a failure may name. */
  names?: FieldNames
  /** Filled in as the turn goes on, for an API that wants to know what came of it. */
  report?: TurnReport
}

/** A turn's events, of which the request's log line and headers are made too. */
export function runTurn(
  ctx: GatewayContext,
  engine: Pick<Engine, 'run'>,
  turn: TurnRequest,
  { signal, names, report }: RunOptions
): AsyncIterable<TurnEvent> {
  return reported(answered(engine.run(turn, signal), names), ctx, turn, report)
}
