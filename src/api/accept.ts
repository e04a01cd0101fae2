import { folderHeader, narrowed, sandboxHeader } from '../access/narrowing.ts'
import type { Narrowing } from '../access/narrowing.ts'
import type { OfferedWorkspace } from '../access/workspaces.ts'
import type { Waiting } from '../http/answer/waiting.ts'
import type { ReadBody } from '../http/body/body.ts'
import type { UnsupportedPolicy } from '../http/parameters.ts'
import { reported } from '../http/report.ts'
import type { ReportedRequest } from '../http/report.ts'
import type { GatewayContext } from '../http/state.ts'
import type { ChooseEffort } from '../models/effort.ts'
import type { ResolvedModel, ResolveModel } from '../models/resolve.ts'
import type { ReadImage } from '../openai/image.ts'
import type { FetchImages } from './remote-images.ts'
import type { Engine } from '../turn/engine.ts'
import type { TurnEvent } from '../turn/event.ts'
import { withFieldNames } from '../turn/field-names.ts'
import type { FieldNames } from '../turn/field-names.ts'
import type { TurnReport } from '../turn/report.ts'
import type { Effort, TurnRequest } from '../turn/request.ts'
import { settled } from '../turn/settled.ts'
import type { JsonObject } from '../turn/json-object.ts'

/** What every API that runs turns needs. */
export interface TurnDependencies {
  engine: Pick<Engine, 'name' | 'can' | 'engines' | 'nameFor' | 'run'>
  readBody: ReadBody
  resolveModel: ResolveModel
  unsupportedParameters: UnsupportedPolicy
  /** Whether the operator allows searching the web; not, when left out. */
  search?: boolean
  /** Finds the effort that a model has; each has all when left out. */
  chooseEffort?: ChooseEffort
  /** The effort of a turn that asks for none. */
  defaultEffort?: Effort
  /** Characters of text that a turn may send to Codex, not counting what its thread contains already. */
  maxPromptChars: number
  /** Checks and reads an image of a request. */
  readImage: ReadImage
  /** Fetches the images that a request names by their URL. */
  fetchImages?: FetchImages | undefined
  waiting?: Waiting | undefined
}

/** How a protocol reads the body of a POST. Both throw the `GatewayError` of a request that is refused. */
export interface Reading<Request> {
  parse: (body: JsonObject) => Request
  /** A body in the form of another protocol as one of this protocol's, which the others are given; the body itself when left out. */
  convert?: (sent: JsonObject) => JsonObject
  /** The parameters that have no effect, which the answer names. `sent` is the body before it was converted. */
  ignored: (body: JsonObject, request: Request, sent: JsonObject) => string[]
  /** The reasoning effort that the request asks for, where the protocol has one. */
  effort?: (request: Request) => Effort | null | undefined
}

const ignoredHeader = 'x-ignored-parameters'
const modelHeader = 'x-codex-model'
const effortHeader = 'x-codex-effort'

/** A model, and what the request narrows of its workspace. */
export interface AcceptedModel extends ResolvedModel {
  folder?: string | undefined
}

/** Headers by which a request that runs a turn asks for less than its workspace allows. */
export const narrowingHeaders = {
  [sandboxHeader]:
    'What commands may do: `read-only`, `workspace-write` or `danger-full-access`, as far as the workspace allows it.',
  [folderHeader]: 'Where to work: a path below the folder of the workspace.'
}

/** Headers that say where a turn is not what was asked for: parameters without effect, another model, another effort. */
export const acceptHeaders = [ignoredHeader, modelHeader, effortHeader]

/** Statuses of the failures of a turn: no such model, a conflict, Codex or its provider, no slot, too late. */
export const turnFailures = [404, 409, 502, 503, 504]

/**
 * What every POST that runs a turn begins with: reads the body, names the parameters without effect, and finds the model. Its
 * `effort` is the one to run with, undefined for the engine's default.
 */
export async function accept<Request extends { model?: string | null | undefined }>(
  ctx: GatewayContext,
  dependencies: TurnDependencies,
  { convert, parse, ignored, effort: effortOf }: Reading<Request>
): Promise<{ request: Request; model: AcceptedModel }> {
  const sent = await dependencies.readBody(ctx)
  const body = convert ? convert(sent) : sent
  const request = parse(body)
  const names = ignored(body, request, sent)
  if (names.length > 0) ctx.set(ignoredHeader, names.join(', '))
  const { workspace } = ctx.state
  const place = { workspace, narrowing: narrowingOf(ctx) }
  const { model, replaced } = await modelFor(request.model, effortOf?.(request), place, dependencies)
  ctx.state.model = model.name
  if (model.standIn !== undefined) ctx.set(modelHeader, model.standIn)
  if (replaced) ctx.set(effortHeader, model.effort ?? '')
  return { request, model }
}

/** Where a request runs, and how far its headers narrow that. */
export interface Place {
  workspace: OfferedWorkspace
  narrowing: Narrowing
}

/** The model of a name as a turn runs it that asks for this effort. `replaced`: the model has not the wanted effort, but another. */
export async function modelFor(
  name: string | null | undefined,
  wantedEffort: Effort | null | undefined,
  { workspace, narrowing }: Place,
  {
    resolveModel,
    chooseEffort,
    defaultEffort
  }: Pick<TurnDependencies, 'resolveModel' | 'chooseEffort' | 'defaultEffort'>
): Promise<{ model: AcceptedModel; replaced: boolean }> {
  const resolved = await resolveModel(name, workspace)
  const { sandbox, folder } = narrowed(narrowing, resolved.sandbox, workspace)
  const effort = wantedEffort ?? resolved.effort
  const wanted = effort ?? workspace.effort ?? defaultEffort
  const chosen = wanted && chooseEffort ? await chooseEffort(resolved.model, wanted) : wanted
  const replaced = chosen !== wanted
  return { model: Object.assign({}, resolved, { sandbox, folder, effort: replaced ? chosen : effort }), replaced }
}

/** Names one more parameter that has had no effect, unless the headers are sent. */
export function addIgnored(ctx: GatewayContext, name: string): void {
  if (ctx.headerSent) return
  const before = ctx.response.get(ignoredHeader)
  ctx.set(ignoredHeader, before ? `${before}, ${name}` : name)
}

/** What the headers of a request ask for. */
export function narrowingOf(ctx: GatewayContext): Narrowing {
  const { [sandboxHeader]: sandbox, [folderHeader]: folder } = ctx.req.headers
  return { sandbox: sandbox?.toString(), folder: folder?.toString() }
}

/** What a turn takes from its model, and from the headers that narrow it. */
export function settingsOf({
  model,
  effort,
  sandbox,
  folder,
  engine,
  profile,
  codex_instructions: codexInstructions
}: AcceptedModel): Partial<TurnRequest> {
  const settings: Partial<TurnRequest> = { model, effort, sandbox, engine, profile }
  if (folder !== undefined) settings.folder = folder
  if (codexInstructions) settings.codexInstructions = codexInstructions
  return settings
}

export interface RunOptions {
  signal: AbortSignal
  /** What the protocol calls the fields of a turn that a failure may name. */
  names?: FieldNames
  /** Nothing is sent before a text is complete, so that it may start again when its connection breaks. */
  complete?: boolean
  /** Filled in as the turn goes on, for an API that wants to know what came of it. */
  report?: TurnReport
}

/** A turn's events, of which the request's log line and headers are made too. */
export function runTurn(
  ctx: ReportedRequest,
  engine: Pick<Engine, 'run'>,
  turn: TurnRequest,
  { signal, names, complete, report }: RunOptions
): AsyncIterable<TurnEvent> {
  const events = engine.run(complete ? { discardable: true, ...turn } : turn, signal)
  const all = reported(names ? withFieldNames(events, names) : events, ctx, turn, report)
  return complete ? settled(all) : all
}
