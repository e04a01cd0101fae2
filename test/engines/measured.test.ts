import { describe, expect, it } from 'vitest'
import { measured } from '../../src/engines/measured.ts'
import type { FinishedTurn } from '../../src/turn/report.ts'
import type { Engine } from '../../src/turn/engine.ts'
import { message, reasoning, scriptedEngine, turn } from '../support/scripted-engine.ts'
import type { Step } from '../support/scripted-engine.ts'

const never = new AbortController().signal

async function measure(steps: Step[], signal = never, leaveAt?: string): Promise<FinishedTurn[]> {
  const reported: FinishedTurn[] = []
  const engine: Engine = measured(scriptedEngine(steps), (turn) => void reported.push(turn))
  for await (const event of engine.run({ input: [] }, signal)) if (event.type === leaveAt) break
  return reported
}

describe('a measured engine', () => {
  it('reports a turn that completed, with the time until its first text and its tokens', async () => {
    const [reported, ...others] = await measure(turn(...reasoning('r', 'hm'), ...message('m', 'Hello', ' you')))
    expect(others).toEqual([])
    expect(reported).toMatchObject({
      engine: 'scripted',
      end: 'turn.completed',
      usage: { input_tokens: expect.any(Number) as number }
    })
    expect(reported).not.toHaveProperty('cause')
    expect(reported!.queuedMs).toBeGreaterThanOrEqual(0)
    expect(reported!.firstTextMs).toBeGreaterThanOrEqual(0)
    expect(reported!.totalMs).toBeGreaterThanOrEqual(reported!.firstTextMs!)
  })

  it('counts no thought as the first text', async () => {
    expect((await measure(turn(...reasoning('r', 'hm'))))[0]).not.toHaveProperty('firstTextMs')
  })

  it('reports why a turn failed or was interrupted', async () => {
    expect(await measure([{ type: 'turn.failed', error: { code: 'rate_limited', message: 'no' } }])).toMatchObject([
      { end: 'turn.failed', cause: 'rate_limited' }
    ])
    expect(await measure([{ type: 'turn.started' }], AbortSignal.abort('shutdown'))).toMatchObject([
      { end: 'turn.interrupted', cause: 'shutdown' }
    ])
  })

  it('reports a turn whose loop was left as one whose client left', async () => {
    expect(await measure(turn(...message('m', 'Hello')), never, 'item.delta')).toMatchObject([
      { end: 'turn.interrupted', cause: 'client' }
    ])
  })
})
