import { describe, expect, it } from 'vitest'
import { processesWith } from '../../support/processes.ts'
import { answer, says } from '../../support/upstream/answer.ts'
import { functionCall } from '../../support/upstream/items.ts'
import { deltasOf, endOf, startAppServer } from './rig.ts'
import { ToolLoop, outcomeOf } from './tool-loop.ts'

/** With an id of its own each time. */
const call = () => answer([functionCall('look_up', { n: 1 })])

describe('a turn that waits', () => {
  it('is ended in its time when its client does not come back, and the next one is answered', async () => {
    await using rig = await startAppServer({ tools: true, engine: { waitingTurns: { count: 8, lifeMs: 300 } } })
    const loop = new ToolLoop(rig)
    rig.upstream.answerNext(call(), says('Late.'))
    await loop.ask('Look.')
    const first = rig.upstream.requests.at(-1)!.body['prompt_cache_key']
    await new Promise((resolve) => setTimeout(resolve, 400)) // what is to be shown is that time passes
    const events = await loop.step()
    expect([outcomeOf(events), deltasOf(events)]).toEqual(['none_open', 'Late.'])
    expect(rig.upstream.requests.at(-1)!.body['prompt_cache_key']).not.toBe(first)
  })

  it('is gone with its app-server: the next step is answered all the same', async () => {
    await using rig = await startAppServer({ tools: true, engine: { waitingTurns: { count: 8 } } })
    const loop = new ToolLoop(rig)
    rig.upstream.answerNext(call(), says('Here.'))
    await loop.ask('Look.')
    const child = processesWith(rig.mark).find((line) => /^\d+ \S*\/codex app-server /.test(line))
    process.kill(Number.parseInt(child!), 'SIGKILL')
    const events = await loop.step()
    expect([outcomeOf(events), deltasOf(events), endOf(events).type]).toEqual(['none_open', 'Here.', 'turn.completed'])
  })

  it('is ended when more wait than may, that which has waited longest first', async () => {
    await using rig = await startAppServer({ tools: true, engine: { waitingTurns: { count: 2 } } })
    const loops = [1, 2, 3].map(() => new ToolLoop(rig))
    rig.upstream.answerAll(call)
    for (const [index, loop] of loops.entries()) await loop.ask(`Look ${index}.`)
    rig.upstream.answerAll(says('Seen.'))
    const outcomes = []
    for (const loop of loops) outcomes.push(outcomeOf(await loop.step()))
    expect(outcomes).toEqual(['none_open', 'resumed', 'resumed'])
  })

  it('of the owner with most is ended for another’s', async () => {
    await using rig = await startAppServer({ tools: true, engine: { waitingTurns: { count: 2 } } })
    const loops = ['eve', 'eve', 'ada'].map((owner) => new ToolLoop(rig, { owner }))
    rig.upstream.answerAll(call)
    await loops[2]!.ask('Look.')
    for (const [index, loop] of loops.slice(0, 2).entries()) await loop.ask(`Look ${index}.`)
    rig.upstream.answerAll(says('Seen.'))
    expect(outcomeOf(await loops[2]!.step())).toBe('resumed')
    expect(outcomeOf(await loops[0]!.step())).toBe('none_open')
  })

  it('never begins where none may', async () => {
    await using rig = await startAppServer({ tools: true, engine: { waitingTurns: { count: 0 } } })
    const loop = new ToolLoop(rig)
    rig.upstream.answerNext(call(), says('Seen.'))
    await loop.ask('Look.')
    expect(outcomeOf(await loop.step())).toBe('none_open')
  })
})
