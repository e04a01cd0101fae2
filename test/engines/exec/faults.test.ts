import { describe, expect, it } from 'vitest'
import { watch } from '../../../src/codex/process/guard.ts'
import type { ExecEngineOptions } from '../../../src/engines/exec/engine.ts'
import type { TurnEvent } from '../../../src/turn/event.ts'
import { isTurnEnd } from '../../../src/turn/event.ts'
import { begin, complete, says, turn } from '../../support/scripted-codex/exec-steps.ts'
import { codexBinary } from '../../support/upstream/codex-home.ts'
import type { Step } from '../../support/scripted-codex/step.ts'
import { startExecOnScriptedCodex } from './rig.ts'

const never = new AbortController().signal

/** The events of a turn when codex does this; nothing of it runs afterwards. */
async function eventsWhen(steps: Step[], options: Partial<ExecEngineOptions> = {}, input = 'hi'): Promise<TurnEvent[]> {
  await using rig = await startExecOnScriptedCodex(steps, options)
  const events: TurnEvent[] = []
  for await (const event of rig.engine.run({ input: [{ type: 'text', text: input }] }, never)) events.push(event)
  expect(rig.codex.alive()).toEqual([])
  expect(events.filter(isTurnEnd)).toHaveLength(1)
  return events
}

const endWhen = async (steps: Step[], options?: Partial<ExecEngineOptions>) => (await eventsWhen(steps, options)).at(-1)
const failed = (message: RegExp, code = 'upstream_error') => ({
  type: 'turn.failed',
  error: { code, message: expect.stringMatching(message) as string }
})
const texts = (events: TurnEvent[]) => events.flatMap((event) => (event.type === 'item.delta' ? event.delta : []))

describe('a codex that misbehaves', () => {
  it.each<[string, Step[], RegExp]>([
    ['exits with 0 without output', [{ exit: 0 }], /without a result/],
    ['exits with 1 before the end', [...begin, says('a'), { exit: 1 }], /before the turn was complete/],
    ['kills itself', [...begin, { kill: 'SIGKILL' }], /before the turn was complete/],
    ['leaves half a line', [...begin, { raw: '{"type":"turn.comp' }, { exit: 0 }], /without a result/],
    ['closes its output and goes on', [...begin, { close: 'stdout' }, { wait: 50 }, { exit: 0 }], /without a result/]
  ])('that %s has failed', async (_, steps, message) => {
    expect(await endWhen(steps)).toMatchObject(failed(message, 'engine_stopped'))
  })

  it('may write garbage between its events', async () => {
    const garbage: Step = { raw: 'WARNING\n\n{"type":"new.kind"}\n{"type":"item.completed"}\n[]\n\ufeff\n' }
    expect(texts(await eventsWhen([...begin, garbage, { base64: '//4K' }, says('fine'), complete]))).toEqual(['fine'])
  })

  it('is read up to its first end only', async () => {
    const events = await eventsWhen([
      ...turn('a'),
      says('b'),
      { emit: { type: 'turn.failed', error: { message: 'x' } } }
    ])
    expect(texts(events)).toEqual(['a'])
    expect(events.at(-1)?.type).toBe('turn.completed')
  })

  it('has failed when it reports so, whatever its exit code', async () => {
    expect(
      await endWhen([
        ...begin,
        {
          emit: { type: 'turn.failed', error: { message: 'unexpected status 401 Unauthorized: sk-x, url: http://y' } }
        },
        { exit: 0 }
      ])
    ).toMatchObject({ type: 'turn.failed', error: { code: 'upstream_auth' } })
  })

  it('is stopped when a line grows over the limit, before it is in memory', async () => {
    expect(await endWhen([...begin, { longLine: 100 }, complete], { lineLimit: 1_000_000 })).toMatchObject(
      failed(/too long/)
    )
  })

  it('may flood its output and its stderr', async () => {
    const flood: Step = {
      flood: { type: 'item.updated', item: { id: 'a', type: 'todo_list', items: [] } },
      times: 20_000
    }
    const events = await eventsWhen([...begin, { stderr: 'x'.repeat(1000), times: 5_000 }, flood, says('a'), complete])
    expect(events.filter(({ type }) => type === 'item.updated')).toHaveLength(20_000)
  })

  it('may leave its input unread, or close it early', async () => {
    const prompt = 'x'.repeat(900_000)
    const steps = (first: Step): Step[] => [first, ...begin.slice(1), says('a'), complete]
    expect(texts(await eventsWhen(steps({ mark: 'deaf' }), {}, prompt))).toEqual(['a'])
    expect(texts(await eventsWhen(steps({ close: 'stdin' }), {}, prompt))).toEqual(['a'])
  })

  it('gets the complete prompt on stdin, and its end', async () => {
    await using rig = await startExecOnScriptedCodex(turn('a'))
    for await (const _ of rig.engine.run(
      { instructions: 'Be brief.', input: [{ type: 'text', text: 'hi ∑' }] },
      never
    ));
    const [run] = rig.codex.runs()
    expect(run?.stdin).toBe('DEVELOPER: Be brief.\n\nUSER: hi ∑')
    expect(run?.argv.join(' ')).not.toContain('hi')
  })

  it.each(['namespace', 'watchdog'] as const)(
    'that is not there is an overload of this machine, not a fault of the request (%s)',
    async (means) => {
      await using guard = await watch({ binary: codexBinary, means })
      await using rig = await startExecOnScriptedCodex([], { binary: '/nowhere/codex', guard })
      const events: TurnEvent[] = []
      for await (const event of rig.engine.run({ input: [] }, never)) events.push(event)
      expect(events).toMatchObject([{ type: 'turn.failed', error: { code: 'overloaded' } }])
    }
  )

  it('is never asked for the caller’s own tools', async () => {
    await using rig = await startExecOnScriptedCodex(turn('a'))
    const events: TurnEvent[] = []
    for await (const event of rig.engine.run({ input: [], tools: [{ name: 'f' }] }, never)) events.push(event)
    expect(events).toMatchObject([{ type: 'turn.failed', error: { code: 'unsupported', param: 'tools' } }])
    expect(rig.codex.runs()).toEqual([])
  })
})
