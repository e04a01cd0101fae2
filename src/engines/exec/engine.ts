import type { Guard, Rung } from '../../codex/process/guard.ts'
import { linesFrom } from '../../codex/wire/lines.ts'
import { catalogOf } from '../../codex/binary/catalog.ts'
import { neverStarted } from '../../codex/process/spawn.ts'
import type { CodexProcess } from '../../codex/process/spawn.ts'
import { contracted } from '../../turn/contract.ts'
import type { Engine } from '../../turn/engine.ts'
import { GatewayError } from '../../turn/error.ts'
import { isTurnEnd } from '../../turn/event.ts'
import type { TurnEvent } from '../../turn/event.ts'
import type { TurnRequest } from '../../turn/request.ts'
import { isPersistent, unsentPart } from '../../turn/thread.ts'
import { transcriptFrom } from '../../turn/transcript.ts'
import { placeOf } from '../../workspaces/workspace.ts'
import type { TurnPlace, Workspaces } from '../../workspaces/workspace.ts'
import { lastMessageOnly } from '../last-message.ts'
import { OneAtATime } from '../one-at-a-time.ts'
import { execArguments } from './arguments.ts'
import type { ExecTurn } from './arguments.ts'
import { continuationOf, countedFrom } from './continuation.ts'
import { errorTextIn, turnEventFromExec } from './event.ts'
import { turnErrorFromCodex } from '../../codex/wire/failure.ts'
import { writeTurnFiles } from './files.ts'
import { withoutRepeats } from './messages.ts'
import { withUsage } from './usage.ts'

export interface ExecEngineOptions {
  /** The native binary. */
  binary: string
  /** Flags that `codex exec` knows; undefined when it did not say. */
  flags?: ReadonlySet<string> | undefined
  workspaces: Workspaces
  /** Tracks each turn's processes and files, and clears them. */
  guard: Pick<Guard, 'start' | 'folder'>
  /** How a turn is stopped; `execLadder` otherwise. */
  ladder?: readonly Rung[] | undefined
  /** Bytes that one line of output may have. */
  lineLimit: number
}

/** Runs each turn as one `codex exec --json` process. Text comes a message at a time: exec has no token deltas. */
export function createExecEngine(options: ExecEngineOptions): Engine {
  const oneAtATime = new OneAtATime()
  return {
    name: 'exec',
    run: contracted((request, signal) => oneAtATime.run(request, runExec(options, request, signal))),
    async models(workspace) {
      const { homes } = await options.workspaces.get(workspace)
      return catalogOf(options.binary, homes.ephemeral.env)
    },
    async [Symbol.asyncDispose]() {}
  }
}

async function* runExec(
  options: ExecEngineOptions,
  request: TurnRequest,
  signal: AbortSignal
): AsyncGenerator<TurnEvent> {
  if (request.tools?.length)
    throw new GatewayError('unsupported', 'The exec engine cannot offer your own tools to the model.', {
      param: 'tools'
    })
  if (request.webSearch?.domains || request.webSearch?.location)
    throw new GatewayError('unsupported', 'The exec engine cannot pass on where a search of the web looks.', {
      param: 'tools'
    })
  if (request.folder !== undefined)
    // codex would trust what a command puts in the folder's place (codex-cli 0.169)
    throw new GatewayError('unsupported', 'The exec engine works only in the folder of the workspace.', {
      param: 'x-codex-folder'
    })
  if (request.commandEnv !== undefined)
    // its argv is everybody's to read
    throw new GatewayError('unsupported', 'The exec engine cannot give variables to the commands of one turn.', {
      param: 'env'
    })
  const place = await placeOf(request, options.workspaces)
  using _running = await place.home.enter(signal)
  const continuation = await continuationOf(request, place.home.path)
  const { text, images } = transcriptFrom(continuation ? unsentPart(request) : request)
  const needsFiles = images.length > 0 || request.outputSchema !== undefined
  await using folder = needsFiles ? await options.guard.folder().catch(notWritten) : undefined
  const files = folder
    ? await writeTurnFiles(folder.path, images, request.outputSchema).catch(notWritten)
    : { images: [] }
  signal.throwIfAborted()
  const child = startExec(options, place, folder?.path, execTurnFrom(place, request, { ...files, ...continuation }))
  const abort = () => child.stdout.destroy()
  signal.addEventListener('abort', abort, { once: true })
  let ended = false
  try {
    child.stdin.end(text)
    const all = withoutRepeats(eventsFrom(child, options.lineLimit))
    const events = withUsage(continuation ? countedFrom(continuation, all) : all, signal)
    for await (const event of lastMessageOnly(events)) {
      ended = isTurnEnd(event) && !(event.type === 'turn.completed' && event.cut) // codex may go on after a cut
      yield event
    }
  } finally {
    signal.removeEventListener('abort', abort)
    await (ended ? child.finish() : child.stop(options.ladder))
  }
}

function startExec(
  { binary, flags, guard }: ExecEngineOptions,
  { workspace, home }: TurnPlace,
  folder: string | undefined,
  turn: ExecTurn
) {
  const args = execArguments(turn, { layers: workspace.layers, flags })
  return guard.start(binary, args, { cwd: workspace.folder, env: home.env, ...home.view(), folder })
}

function execTurnFrom(
  { workspace, home }: TurnPlace,
  request: TurnRequest,
  more: Pick<ExecTurn, 'images' | 'schemaFile' | 'threadId'>
): ExecTurn {
  const { images, schemaFile, threadId } = more
  const profile = request.profile ?? workspace.profile
  const sandbox = request.sandbox ?? workspace.sandbox
  return {
    ...{ images, schemaFile, threadId, profile, sandbox },
    bounds: profile === 'agent' ? home.bounds(sandbox) : undefined,
    model: request.model ?? workspace.model,
    effort: request.effort ?? workspace.effort,
    verbosity: request.verbosity,
    serviceTier: request.serviceTier,
    webSearch: request.webSearch,
    cwd: workspace.folder,
    addDirs: workspace.addDirs,
    skipGitRepoCheck: workspace.skipGitRepoCheck,
    ephemeral: !isPersistent(request)
  }
}

async function* eventsFrom(child: CodexProcess, lineLimit: number): AsyncGenerator<TurnEvent> {
  let lastError: string | undefined
  for await (const line of linesFrom(child.stdout, lineLimit)) {
    const event = turnEventFromExec(line)
    if (event?.type === 'error') lastError = errorTextIn(line)
    if (event) yield event
  }
  const missing = await neverStarted(child)
  if (missing) throw missing
  const { code } = await child.exited
  yield { type: 'turn.failed', error: failureWithoutEnd(code, lastError ?? child.stderr()) }
}

/** The process ended without reporting an end of the turn. */
function failureWithoutEnd(code: number | null, lastError: string) {
  const error = turnErrorFromCodex(lastError)
  if (error.code !== 'upstream_error') return error
  return {
    code: 'engine_stopped', // as on app-server
    message: code === 0 ? 'Codex ended without a result.' : 'Codex stopped before the turn was complete.'
  } as const
}

/** A disk that is full or read-only is a fault of this machine and not of the request. */
function notWritten(cause: unknown): never {
  throw new GatewayError('overloaded', 'The files of this turn could not be written on this machine.', { cause })
}
