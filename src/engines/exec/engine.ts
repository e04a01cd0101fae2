import type { Guard, Rung } from '../../codex/process/guard.ts'
import { linesFrom } from '../../codex/wire/lines.ts'
import type { Bounds } from '../../codex/home/permissions.ts'
import { neverStarted } from '../../codex/process/spawn.ts'
import type { CodexProcess } from '../../codex/process/spawn.ts'
import { contracted } from '../../turn/contract.ts'
import type { CatalogModel, Engine } from '../../turn/engine.ts'
import { GatewayError } from '../../turn/error.ts'
import { isTurnEnd } from '../../turn/event.ts'
import type { TurnEvent } from '../../turn/event.ts'
import type { Effort, ProfileName, SandboxMode, TurnRequest } from '../../turn/request.ts'
import { isPersistent, unsentPart } from '../../turn/thread.ts'
import { transcriptFrom } from '../../turn/transcript.ts'
import { lastMessageOnly } from '../last-message.ts'
import { OneAtATime } from '../one-at-a-time.ts'
import { execArguments } from './arguments.ts'
import type { ExecSettings } from './arguments.ts'
import { continuationOf, countedFrom } from './continuation.ts'
import { errorTextIn, turnEventFromExec } from './event.ts'
import { turnErrorFromCodex } from '../../codex/wire/failure.ts'
import { writeTurnFiles } from './files.ts'
import { withoutRepeats } from './messages.ts'
import { withUsage } from './usage.ts'

export interface ExecEngineOptions {
  /** The native binary. */
  binary: string
  env: Record<string, string>
  settings: ExecSettings
  /** Keeps each turn's processes and files together, and clears them. */
  guard: Pick<Guard, 'start' | 'folder'>
  /** How a turn is stopped; `execLadder` otherwise. */
  ladder?: readonly Rung[]
  /** Canonical folder that codex works in. */
  workspace: string
  model?: string
  effort?: Effort
  profile: ProfileName
  sandbox: SandboxMode
  /** Keeps secrets from the commands of agents. */
  bounds?: Bounds
  addDirs: readonly string[]
  skipGitRepoCheck: boolean
  /** Bytes that one line of output may have. */
  lineLimit: number
  models?: () => Promise<CatalogModel[]>
}

/** Runs each turn as one `codex exec --json` process. Text comes a message at a time: exec has no token deltas. */
export function createExecEngine(options: ExecEngineOptions): Engine {
  const kept = new OneAtATime()
  return {
    name: 'exec',
    run: contracted((request, signal) => kept.run(request, runExec(options, request, signal))),
    ...(options.models && { models: options.models }),
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
  const continuation = await continuationOf(request, options.env['CODEX_HOME'] ?? '')
  const { text, images } = transcriptFrom(continuation ? unsentPart(request) : request)
  const needsFiles = images.length > 0 || request.outputSchema !== undefined
  await using folder = needsFiles ? await options.guard.folder().catch(notWritten) : undefined
  const files = folder
    ? await writeTurnFiles(folder.path, images, request.outputSchema).catch(notWritten)
    : { images: [] }
  signal.throwIfAborted()
  const child = options.guard.start(
    options.binary,
    execArguments(execTurnFrom(options, request, { ...files, threadId: continuation?.threadId }), options.settings),
    {
      cwd: options.workspace,
      env: options.env,
      ...(folder && { folder: folder.path })
    }
  )
  const abort = () => child.stdout.destroy()
  signal.addEventListener('abort', abort, { once: true })
  let ended = false
  try {
    child.stdin.end(text)
    const told = withoutRepeats(eventsFrom(child, options.lineLimit))
    const events = withUsage(continuation ? countedFrom(continuation, told) : told, signal)
    for await (const event of request.outputSchema ? lastMessageOnly(events) : events) {
      ended = isTurnEnd(event)
      yield event
    }
  } finally {
    signal.removeEventListener('abort', abort)
    await (ended ? child.finish() : child.stop(options.ladder))
  }
}

function execTurnFrom(
  options: ExecEngineOptions,
  request: TurnRequest,
  more: { images: string[]; schemaFile?: string; threadId?: string }
) {
  const { workspace, addDirs, skipGitRepoCheck } = options
  const profile = request.profile ?? options.profile
  const sandbox = request.sandbox ?? options.sandbox
  return {
    ...more,
    profile,
    sandbox,
    bounds: profile === 'agent' ? options.bounds?.(sandbox) : undefined,
    model: request.model ?? options.model,
    effort: request.effort ?? options.effort,
    cwd: workspace,
    addDirs,
    skipGitRepoCheck,
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

/** The process ended and never said how the turn did. */
function failureWithoutEnd(code: number | null, said: string) {
  const error = turnErrorFromCodex(said)
  if (error.code !== 'upstream_error') return error
  return {
    code: 'engine_stopped', // as on app-server
    message: code === 0 ? 'Codex ended without a result.' : 'Codex stopped before the turn was complete.'
  } as const
}

/** A disk that is full, or not to be written, is this machine's trouble and not the request's. */
function notWritten(cause: unknown): never {
  throw new GatewayError('overloaded', 'The files of this turn could not be written on this machine.', { cause })
}
