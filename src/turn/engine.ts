import type { TurnEvent } from './event.ts'
import { efforts } from './request.ts'
import type { Effort, TurnRequest } from './request.ts'

/**
 * Runs one turn and emits its events. The contract, enforced by `contracted`:
 * nothing is thrown; exactly one end, and it comes last; text is emitted as `item.delta`;
 * once `signal` aborts or the loop is left early, the work stops and nothing of it is left.
 * `signal.reason` is an `InterruptReason` where the one who aborts knows it.
 */
export type RunTurn = (request: TurnRequest, signal: AbortSignal) => AsyncIterable<TurnEvent>

/** A model the engine can run, from its own catalog. */
export interface CatalogModel {
  id: string
  isDefault: boolean
  /** Runs when named, but is not for menus. */
  hidden?: boolean
  /** The reasoning efforts it has; undefined where that is not known. */
  efforts?: readonly Effort[]
}

/** Those of the names that are efforts. Without any it is unknown what a model has: a catalog may be newer than our list. */
export function effortsFrom(names: readonly string[]): Pick<CatalogModel, 'efforts'> {
  const known = efforts.filter((effort) => names.includes(effort))
  return known.length > 0 ? { efforts: known } : {}
}

/** What only some engines can do; what is left out an engine cannot. */
export interface Abilities {
  /** Offers the caller's own functions to the model. */
  readonly tools?: boolean | undefined
  /** Passes on the model's encrypted reasoning, and takes it back. */
  readonly reasoning?: boolean | undefined
  /** Passes on where a search of the web looks, which is in its caller's words. */
  readonly searchPlaces?: boolean | undefined
  /** Works in a folder below that of the workspace. */
  readonly folders?: boolean | undefined
  /** Says when a usage limit is lifted. */
  readonly limitTimes?: boolean | undefined
  /** Gives commands variables of the turn's own. */
  readonly commandEnv?: boolean | undefined
}

export type Ability = keyof Abilities

/** What there is to know of an engine without running a turn. */
export interface EngineInfo {
  readonly name: string
  readonly can?: Abilities | undefined
}

/**
 * Something that runs turns. The optional members are what only some can do. An engine is a plain object: wrappers copy it
 * (`{ ...engine, run }`), which would lose the methods of a class.
 */
export interface Engine extends EngineInfo, AsyncDisposable {
  /** Those it chooses from, for one that routes; the preferred one first. */
  readonly engines?: readonly EngineInfo[]
  readonly run: RunTurn
  /** Which engine a request would run on, for one that chooses between several. */
  readonly nameFor?: (request: TurnRequest) => string
  /** Removes a persistent thread; does nothing where there is none. */
  readonly forget?: (threadId: string, workspace?: string) => Promise<void>
  /** Ends what waits for the next request of owners who are none any more. */
  readonly release?: (isOwner: (owner: string) => boolean) => void
  /** The models the CLI knows in a workspace, asked for each time. */
  readonly models?: (workspace?: string) => Promise<CatalogModel[]>
}

/** The engines that a turn may run on. */
export const enginesOf = (engine: Engine | (EngineInfo & Pick<Engine, 'engines'>)): readonly EngineInfo[] =>
  engine.engines ?? [engine]

/**
 * What an engine must be able to do to run this turn. Tools that may not be called are none, but what tools returned goes
 * where the turn may wait that called them.
 */
export function abilitiesFor({
  tools,
  toolChoice,
  encryptedReasoning,
  history,
  webSearch,
  folder,
  commandEnv,
  limitTimes
}: AbilityNeeds): Ability[] {
  const reasoning = encryptedReasoning || history?.some(({ type }) => type === 'reasoning')
  const offersTools = tools?.length && toolChoice !== 'none'
  return [
    ...(offersTools || history?.at(-1)?.type === 'tool_result' ? ['tools' as const] : []),
    ...(reasoning ? ['reasoning' as const] : []),
    ...(webSearch?.domains || webSearch?.location ? ['searchPlaces' as const] : []),
    ...(folder === undefined ? [] : ['folders' as const]),
    ...(commandEnv === undefined ? [] : ['commandEnv' as const]),
    ...(limitTimes ? ['limitTimes' as const] : [])
  ]
}

type AbilityNeeds = Pick<
  TurnRequest,
  'tools' | 'toolChoice' | 'encryptedReasoning' | 'history' | 'webSearch' | 'folder' | 'commandEnv' | 'limitTimes'
>
