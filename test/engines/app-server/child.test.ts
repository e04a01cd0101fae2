import { describe, expect, it } from 'vitest'
import { createAppServerEngine } from '../../../src/engines/app-server/engine.ts'
import type { AppServerEngineOptions } from '../../../src/engines/app-server/engine.ts'
import type { TurnRequest } from '../../../src/turn/request.ts'
import { guardFor } from '../../support/guarded-turn.ts'
import { scriptedCodex } from '../../support/scripted-codex/scripted-codex.ts'
import type { ScriptedCodex } from '../../support/scripted-codex/scripted-codex.ts'
import type { Step } from '../../support/scripted-codex/step.ts'
import { endOf, eventsOf, heard, turnRequest } from './rig.ts'

const handshake: Step[] = [{ request: 'initialize', result: { userAgent: 'codex-gateway/0.169.0 (scripted)' } }]
const opened = (thread = 't1'): Step[] => [{ request: 'thread/start', result: { thread: { id: thread } } }]
const begun = (turn = 'u1'): Step[] => [{ request: 'turn/start', result: { turn: { id: turn } } }]
/** Waits for the end of its stdin. */
const listening: Step = { request: 'never' }
const closed: Step[] = [{ request: 'thread/unsubscribe', result: { status: 'unsubscribed' } }]
const says = (method: string, params: object): Step => ({ emit: { method, params } })
const delta = (text: string, thread = 't1', turn = 'u1') =>
  says('item/agentMessage/delta', { threadId: thread, turnId: turn, itemId: 'm1', delta: text })
const completed = (thread = 't1', turn = 'u1', status = 'completed') =>
  says('turn/completed', { threadId: thread, turn: { id: turn, status, error: null, items: [] } })
const hello = [{ type: 'thread.started' }, { type: 'item.delta', delta: 'Hello' }, { type: 'turn.completed' }]
const wholeTurn = [...opened(), ...begun(), delta('Hello'), completed(), ...closed]

async function withEngine(
  appServer: Step[] | Step[][],
  test: (
    run: (signal?: AbortSignal, request?: Partial<TurnRequest>) => ReturnType<typeof eventsOf>,
    codex: ScriptedCodex
  ) => Promise<void>,
  options: Partial<AppServerEngineOptions> = {}
): Promise<void> {
  await using codex = await scriptedCodex({ appServer })
  await using guard = await guardFor({ means: 'watchdog' }) // in a namespace it would record pids that mean nothing outside
  const engine = createAppServerEngine({
    binary: codex.path,
    guard,
    env: { PATH: process.env['PATH'] ?? '' },
    workspace: import.meta.dirname,
    settings: {},
    profiles: { agent: {}, bare: {} },
    profile: 'agent',
    sandbox: 'read-only',
    addDirs: [],
    lineLimit: 65_536,
    warmThreads: 0,
    patience: { start: 5_000, call: 5_000, interrupt: 300 },
    ...options
  })
  try {
    await test(
      (signal = new AbortController().signal, request = {}) => eventsOf(engine.run(turnRequest(request), signal)),
      codex
    )
  } finally {
    await engine[Symbol.asyncDispose]()
    expect(codex.alive()).toEqual([])
  }
}

const answers = (codex: ScriptedCodex) =>
  codex
    .runs()[0]!
    .stdin.split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { id?: unknown; method?: string; result?: unknown; error?: unknown })
    .filter((message) => message.method === undefined)

describe('an app-server that', () => {
  it('ends a turn before it has answered the call that starts it', async () => {
    const steps: Step[] = [
      ...handshake,
      ...opened(),
      { request: 'turn/start' },
      says('turn/started', { threadId: 't1', turn: { id: 'u1' } }),
      delta('Hello'),
      completed(),
      { emit: { id: 3, result: { turn: { id: 'u1' } } } },
      ...closed
    ]
    await withEngine(steps, async (run) => {
      const events = await run()
      expect(heard(events)).toBe('Hello')
      expect(endOf(events)).toEqual({ type: 'turn.completed' })
    })
  })

  it('speaks of other threads and other turns is not heard', async () => {
    await withEngine(
      [
        ...handshake,
        ...opened(),
        ...begun(),
        delta('theirs', 't2'),
        delta('old', 't1', 'u0'),
        completed('t2'),
        completed('t1', 'u0'),
        delta('Hello'),
        completed(),
        ...closed
      ],
      async (run) => {
        expect(await run()).toMatchObject(hello)
      }
    )
  })

  it('writes garbage, blank lines and words nobody knows is heard all the same', async () => {
    const noise: Step[] = [
      { raw: '\n\r\n{"half":\nnull\n42\n"text"\n\uFEFF{}\n' },
      { base64: '/8D/Cg==' },
      says('item/agentMessage/delta', { threadId: 't1', turnId: 'u1' }),
      says('item/completed', { threadId: 't1', turnId: 'u1', item: 5 }),
      says('item/started', { threadId: 't1', turnId: 'u1', item: { type: 'newThing', id: 'n1', more: 1 } }),
      says('some/news', { threadId: 't1', turnId: 'u1' }),
      { emit: { method: 'bare' } },
      { emit: { id: 99, result: {} } },
      { emit: { id: 1, result: {} } },
      { emit: { id: null, error: { code: 1, message: 'x' } } }
    ]
    await withEngine(
      [...handshake, ...opened(), ...begun(), ...noise, delta('Hello'), completed(), ...closed],
      async (run) => {
        const events = await run()
        expect(heard(events)).toBe('Hello')
        expect(events).toContainEqual({
          type: 'item.started',
          item: { id: 'n1', type: 'unknown', original: { type: 'newThing', id: 'n1', more: 1 } }
        })
        expect(endOf(events).type).toBe('turn.completed')
      }
    )
  })

  it('asks gets an answer to everything: no, or that nobody can', async () => {
    const asks = [
      'item/commandExecution/requestApproval',
      'item/fileChange/requestApproval',
      'item/permissions/requestApproval',
      'item/tool/requestUserInput',
      'item/tool/call',
      'mcpServer/elicitation/request',
      'applyPatchApproval',
      'execCommandApproval',
      'account/chatgptAuthTokens/refresh',
      'brand/new',
      'constructor'
    ]
    const questions = asks.map((method, index): Step => ({
      emit: {
        id: index % 2 ? index : `s${index}`,
        method,
        params: { threadId: index === 4 ? 'other' : 't1', turnId: 'u1' }
      }
    }))
    await withEngine(
      [...handshake, ...opened(), ...begun(), ...questions, completed(), ...closed],
      async (run, codex) => {
        await run()
        const replies = answers(codex)
        expect(replies).toHaveLength(asks.length)
        expect(replies[0]).toEqual({ id: 's0', result: { decision: 'decline' } })
        expect(replies[4]).toEqual({ id: 's4', result: { contentItems: [], success: false } })
        expect(replies[5]).toMatchObject({ id: 5, result: { action: 'decline' } })
        expect(replies.slice(8)).toMatchObject([
          { error: { code: -32_601 } },
          { error: { code: -32_601 } },
          { error: { code: -32_601 } }
        ])
      }
    )
  })

  it('writes a line of 50 MB about nobody disturbs nobody', async () => {
    await withEngine(
      [...handshake, ...opened(), ...begun(), { longLine: 50 }, delta('Hello'), completed(), ...closed],
      async (run) => {
        expect(await run()).toMatchObject(hello)
      }
    )
  })

  it('writes a line that is too long about one turn fails that turn only', async () => {
    const steps: Step[] = [
      ...handshake,
      ...opened(),
      ...begun(),
      delta('x'.repeat(70_000)),
      { request: 'turn/interrupt', result: {} },
      { request: 'thread/backgroundTerminals/clean', result: {} },
      completed('t1', 'u1', 'interrupted'),
      ...closed,
      ...opened('t2'),
      ...begun('u2'),
      delta('Hello', 't2', 'u2'),
      completed('t2', 'u2'),
      ...closed
    ]
    await withEngine(steps, async (run, codex) => {
      expect(endOf(await run())).toMatchObject({
        type: 'turn.failed',
        error: { code: 'upstream_error', message: 'Codex wrote a line that is too long.' }
      })
      expect(await run()).toMatchObject(hello)
      expect(codex.runs()).toHaveLength(1)
    })
  })

  it('never answers the handshake is given up, and another is started', async () => {
    await withEngine(
      [[listening], [...handshake, ...wholeTurn]],
      async (run, codex) => {
        expect(endOf(await run())).toMatchObject({ type: 'turn.failed', error: { code: 'engine_stopped' } })
        expect(await run()).toMatchObject(hello)
        expect(codex.runs()).toHaveLength(2)
      },
      { patience: { start: 1_500, interrupt: 300 } }
    )
  })

  it('has too much to do says so', async () => {
    await withEngine(
      [
        ...handshake,
        { request: 'thread/start', error: { code: -32_001, message: 'Server overloaded; retry later.' } },
        ...wholeTurn
      ],
      async (run) => {
        expect(endOf(await run())).toMatchObject({ type: 'turn.failed', error: { code: 'overloaded', retry_after: 1 } })
        expect(await run()).toMatchObject(hello)
      }
    )
  })

  it.each<[string, Step]>([
    ['is killed', { kill: 'SIGKILL' }],
    ['exits', { exit: 0 }]
  ])('%s in the middle fails the turn, and the next one runs on another', async (_title, end) => {
    await withEngine(
      [
        [...handshake, ...opened(), ...begun(), delta('Hel'), end],
        [...handshake, ...wholeTurn]
      ],
      async (run, codex) => {
        const events = await run()
        expect(heard(events)).toBe('Hel')
        expect(endOf(events)).toMatchObject({ type: 'turn.failed', error: { code: 'engine_stopped' } })
        expect(await run()).toMatchObject(hello)
        expect(codex.runs()).toHaveLength(2)
      }
    )
  })

  it('closes its stdout and lives on is ended', async () => {
    await withEngine(
      [
        [...handshake, ...opened(), ...begun(), { close: 'stdout' }, listening],
        [...handshake, ...wholeTurn]
      ],
      async (run, codex) => {
        expect(endOf(await run())).toMatchObject({ type: 'turn.failed', error: { code: 'engine_stopped' } })
        expect(await run()).toMatchObject(hello)
        await codex.until(([first]) => first?.exitCode !== undefined)
      }
    )
  })

  it('does not end a turn is replaced, while its other turn goes on', async () => {
    const first: Step[] = [
      ...handshake,
      ...opened('t1'),
      ...begun('u1'),
      ...opened('t2'),
      ...begun('u2'),
      { mark: 'both' },
      { request: 'turn/interrupt' },
      { gate: 'go' },
      delta('Still here', 't2', 'u2'),
      completed('t2', 'u2'),
      ...closed,
      listening
    ]
    await withEngine([first, [...handshake, ...wholeTurn]], async (run, codex) => {
      const abort = new AbortController()
      const stuck = run(abort.signal)
      await codex.until(([child]) => child?.stdin.includes('turn/start') ?? false)
      const other = run()
      await codex.until(([child]) => child?.marks.includes('both') ?? false)
      abort.abort('timeout')
      expect(endOf(await stuck)).toEqual({ type: 'turn.interrupted', reason: 'timeout' })
      expect(await run()).toMatchObject(hello)
      codex.open('go')
      expect(heard(await other)).toBe('Still here')
      await codex.until(([child]) => child?.exitCode !== undefined)
    })
  })

  it('completes the turn while it is interrupted: there is one outcome', async () => {
    const steps: Step[] = [
      ...handshake,
      ...opened(),
      ...begun(),
      { mark: 'begun' },
      { request: 'turn/interrupt', error: { code: -32_600, message: 'no active turn to interrupt' } },
      completed(),
      { request: 'thread/backgroundTerminals/clean', result: {} },
      ...closed
    ]
    await withEngine(steps, async (run, codex) => {
      const abort = new AbortController()
      const events = run(abort.signal)
      await codex.until(([child]) => child?.marks.length === 1)
      abort.abort('client')
      expect(endOf(await events)).toEqual({ type: 'turn.interrupted', reason: 'client' })
      expect(codex.runs()).toHaveLength(1)
    })
  })

  it('has threads that wait loaded unloads the one that gives way', async () => {
    const turn = (number: number) => [
      ...opened(`t${number}`),
      ...begun(`u${number}`),
      delta('Hello', `t${number}`, `u${number}`),
      completed(`t${number}`, `u${number}`)
    ]
    await withEngine(
      [...handshake, ...turn(1), ...turn(2), ...closed, { mark: 'closed' }],
      async (run, codex) => {
        await run()
        await run()
        await codex.until(([child]) => child?.marks.includes('closed') ?? false)
        expect(
          codex
            .runs()[0]!
            .stdin.split('\n')
            .filter((line) => line.includes('thread/unsubscribe'))
            .join()
        ).toContain('"threadId":"t1"')
      },
      { warmThreads: 1 }
    )
  })

  it('still closes a thread, though it has said that it is closed, is asked for it again', async () => {
    const resume = (answer: object): Step => ({ request: 'thread/resume', ...answer })
    const steps = [
      ...handshake,
      resume({
        error: { code: -32_600, message: 'thread t1 is closing; retry thread/resume after the thread is closed' }
      }),
      resume({ result: { thread: { id: 't1' } } }),
      ...begun(),
      delta('Hello'),
      completed(),
      ...closed,
      says('thread/closed', { threadId: 't1' })
    ]
    await withEngine(steps, async (run) => {
      expect(await run(undefined, { thread: { kind: 'resume', id: 't1' } })).toMatchObject(hello)
    })
  })

  it('takes a turn for a part of the last one on its thread is given it in a new thread', async () => {
    const steps = [
      ...handshake,
      ...opened('t1'),
      ...begun('u1'),
      completed('t1', 'u1'),
      { request: 'turn/start', result: { turn: { id: 'u1' } } },
      { request: 'turn/interrupt', error: { code: -32_600, message: 'no active turn' } },
      { request: 'thread/backgroundTerminals/clean', result: {} },
      ...closed
    ]
    await withEngine(
      [
        ...steps,
        ...opened('t2'),
        { request: 'thread/inject_items', result: {} },
        ...begun('u2'),
        delta('Hello', 't2', 'u2'),
        completed('t2', 'u2')
      ],
      async (run) => {
        await run()
        const { input } = turnRequest()
        expect(await run(undefined, { history: [{ type: 'message', role: 'user', content: input }] })).toMatchObject(
          hello
        )
      },
      { warmThreads: 2 }
    )
  })

  it('floods its stderr does not stall', async () => {
    await withEngine(
      [
        ...handshake,
        ...opened(),
        ...begun(),
        { stderr: 'warning '.repeat(1_000), times: 2_000 },
        delta('Hello'),
        completed(),
        ...closed
      ],
      async (run) => {
        expect(await run()).toMatchObject(hello)
      }
    )
  })
})
