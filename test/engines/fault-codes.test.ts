import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Guard } from '../../src/codex/process/guard.ts'
import type { Engine } from '../../src/turn/engine.ts'
import type { TurnEvent } from '../../src/turn/event.ts'
import type { TurnRequest } from '../../src/turn/request.ts'
import { testAppServerEngine, testExecEngine } from '../support/engines.ts'
import { startGuard } from '../support/guarded-turn.ts'
import { processesWith, signalled } from '../support/processes.ts'
import { answer, says } from '../support/upstream/answer.ts'
import { codexBinary, writeCodexHome } from '../support/upstream/codex-home.ts'
import type { CodexHome } from '../support/upstream/codex-home.ts'
import { failsWith, failure, failures, garbled, incomplete, rateLimited } from '../support/upstream/failure.ts'
import { cutAfter, dropped, silent } from '../support/upstream/script.ts'
import type { Script } from '../support/upstream/script.ts'
import { startUpstream } from '../support/upstream/upstream.ts'
import type { Upstream } from '../support/upstream/upstream.ts'

const hello = says('Hel', 'lo')
const html = { headers: { 'content-type': 'text/html' }, pieces: ['<html>Bad gateway</html>'] }
const refused = (message: string) => failure(400, { message, type: 'invalid_request_error' })
const invalidSchema = failure(400, {
  message: "Invalid schema for response_format 'codex_output_schema'.",
  type: 'invalid_request_error',
  param: 'text.format.schema',
  code: 'invalid_json_schema'
})

/** What the model provider does, and the code of the turn's end; undefined where the turn completes. */
const faults: [string, Script, string | undefined, Partial<TurnRequest>?][] = [
  ['400', failures.badRequest, 'invalid_request'],
  ['400 for the schema', invalidSchema, 'invalid_request', { outputSchema: { type: 'object' } }],
  ['400 for the model', refused("The 'gpt-x' model is not supported with this account."), 'model_not_found'],
  ['400 for the length', failures.contextLength, 'context_length_exceeded'],
  ['401', failures.unauthorized, 'upstream_auth'],
  ['402', failure(402, { message: 'Payment required', type: 'billing' }), 'usage_limit_exceeded'],
  ['403', failures.forbidden, 'upstream_auth'],
  ['404', failures.modelNotFound, 'model_not_found'],
  ['413', failure(413, { message: 'Too large', type: 'invalid_request_error' }), 'upstream_error'],
  ['429', rateLimited(), 'rate_limited'],
  ['429 for a used-up quota', failures.quota, 'usage_limit_exceeded'],
  ['429 for a used-up plan', failures.usageLimit, 'usage_limit_exceeded'],
  ['500', failures.server, 'upstream_error'],
  ['502 in HTML', { ...html, status: 502 }, 'upstream_error'],
  ['503', failures.overloaded, 'overloaded'],
  ['503 without a code', failure(503, { message: 'Unavailable', type: 'server_error' }), 'overloaded'],
  ['529', failure(529, { message: 'Overloaded', type: 'overloaded_error' }), 'overloaded'],
  ['a response that fails', failsWith('server_error', 'The model failed.'), 'upstream_error'],
  ['one that fails after a message', failsWith('server_error', 'The model failed.', 'So far.'), 'upstream_error'],
  ['one that fails for the rate', failsWith('rate_limit_exceeded', 'Rate limit reached for gpt-5.5.'), 'rate_limited'],
  ['one that fails for the quota', failsWith('insufficient_quota', 'No quota.'), 'usage_limit_exceeded'],
  ['one that fails for the length', failsWith('context_length_exceeded', 'Too long.'), 'context_length_exceeded'],
  ['one that fails for overload', failsWith('server_is_overloaded', 'Overloaded.'), 'overloaded'],
  ['one that fails for the prompt', failsWith('invalid_prompt', 'No.'), 'upstream_error'],
  ['an incomplete response', incomplete('max_output_tokens', 'Half an ans'), undefined],
  ['a filtered response', incomplete('content_filter', 'I'), undefined],
  ['no message', answer([]), undefined],
  ['bad JSON', garbled(hello, 'event: response.completed\ndata: {"type":"response.comp\n\n'), 'upstream_error'],
  ['half an event', garbled(hello, 'event: response.completed\ndata: {"type":"respo'), 'upstream_error'],
  ['no event stream', html, 'upstream_error'],
  ['an early end', cutAfter('response.output_text.delta', hello, 'end'), 'upstream_error'],
  ['a stream that breaks', cutAfter('response.output_text.delta', hello, 'drop'), 'upstream_error'],
  ['a connection that breaks', dropped, 'upstream_error'],
  ['silence', silent, 'upstream_error']
]

describe('one fault has one code on every engine:', () => {
  let home: CodexHome
  let upstream: Upstream
  let guard: Guard
  let engines: Engine[]
  beforeAll(async () => {
    upstream = await startUpstream(hello)
    home = await writeCodexHome(upstream.url, { provider: { stream_idle_timeout_ms: 1_000 } })
    guard = await startGuard()
    const parts = { binary: codexBinary, env: home.env, folder: home.workspace, guard }
    engines = [testExecEngine(parts), testAppServerEngine({ ...parts, settings: { approval_policy: 'never' } })]
  })
  afterAll(async () => {
    await Promise.all(engines.map((engine) => engine[Symbol.asyncDispose]()))
    for (const resource of [guard, upstream, home]) await resource[Symbol.asyncDispose]()
  })

  const codes = (request: Partial<TurnRequest> = {}) =>
    Promise.all(
      engines.map((engine) => codeOf(engine.run({ input: [{ type: 'text', text: 'Hi' }], ...request }, never)))
    )

  it.each(faults)('%s', async (_, script, code, request) => {
    upstream.answerAll(script)
    expect(await codes(request)).toEqual([code, code])
  })

  it('a text that codex finds too long', async () => {
    const input = [{ type: 'text', text: 'x'.repeat(1_048_577) }] as const
    expect(await codes({ input: [...input] })).toEqual(['context_length_exceeded', 'context_length_exceeded'])
  })

  it('a thread that is not there', async () => {
    const thread = { kind: 'resume', id: '01a215ed-be5a-7262-9bb5-d2bcbb7e0fa6', heldItems: undefined } as const
    expect(await codes({ thread })).toEqual(['thread_not_found', 'thread_not_found'])
  })

  it('a codex that is killed', async () => {
    const before = upstream.count
    upstream.answerAll(cutAfter('response.output_text.delta', hello, 'hang'))
    const ends = codes()
    await upstream.requested(before + 2)
    const codex = processesWith(home.home).filter((line) => /^\d+ \S*\/codex (exec|app-server) /.test(line))
    expect(signalled(codex, 'SIGKILL')).toBeGreaterThan(0)
    expect(await ends).toEqual(['engine_stopped', 'engine_stopped'])
  })

  it('a model provider that is not there', async () => {
    await upstream[Symbol.asyncDispose]()
    expect(await codes()).toEqual(['upstream_error', 'upstream_error'])
  })
})

const never = new AbortController().signal

async function codeOf(events: AsyncIterable<TurnEvent>): Promise<string | undefined> {
  let last: TurnEvent | undefined
  for await (const event of events) last = event
  return last?.type === 'turn.failed' ? last.error.code : last?.type === 'turn.completed' ? undefined : last?.type
}
