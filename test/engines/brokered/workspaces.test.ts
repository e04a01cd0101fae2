import { afterAll, beforeAll, expect, it } from 'vitest'
import { needing } from '../../support/left-out.ts'
import { knowsWorkers, startFrontEnd, startWorker } from '../../support/machines.ts'
import type { TestFrontEnd } from '../../support/machines.ts'
import { natsServer, startNats } from '../../support/nats.ts'
import type { Nats } from '../../support/nats.ts'
import { completed, gate, scriptedEngine } from '../../support/scripted-engine.ts'

async function endOf({ engine }: TestFrontEnd, workspace: string) {
  const request = { input: [{ type: 'text' as const, text: 'x' }], owner: 'one', workspace }
  for await (const event of engine.run(request, new AbortController().signal))
    if (event.type === 'turn.completed' || event.type === 'turn.failed') return event
  return undefined
}

needing('nats-server', natsServer !== undefined, () => {
  let nats: Nats
  beforeAll(async () => {
    nats = await startNats()
  })
  afterAll(() => nats[Symbol.asyncDispose]())

  it('turns go to the workers that have their workspace, and wait for their slots', async () => {
    const name = nats.newName()
    const { step, open } = gate()
    const [both, red] = [scriptedEngine([step, completed]), scriptedEngine([step, completed])]
    await using _both = await startWorker(nats, name, both, { slots: 2, workspaces: ['red', 'blue'] })
    await using _red = await startWorker(nats, name, red, { slots: 2, workspaces: ['red'] })
    await using front = await startFrontEnd(nats, name)
    await knowsWorkers(front, 2)
    const blues = Array.from({ length: 4 }, () => endOf(front, 'blue'))
    await expect.poll(() => both.running).toBe(2)
    const reds = Array.from({ length: 2 }, () => endOf(front, 'red'))
    await expect.poll(() => red.running).toBe(2)
    open()
    for (const end of [...blues, ...reds]) expect(await end).toMatchObject({ type: 'turn.completed' })
    const workspaces = (engine: typeof red) => engine.turns.map(({ request }) => request.workspace)
    expect(workspaces(both).filter((one) => one === 'blue')).toHaveLength(4)
    expect(workspaces(red)).toEqual(['red', 'red'])
  })

  it('a turn of a workspace that no worker has is refused with a sentence, at once', async () => {
    const name = nats.newName()
    const engine = scriptedEngine([completed])
    await using _worker = await startWorker(nats, name, engine, { workspaces: ['red'] })
    await using front = await startFrontEnd(nats, name)
    await knowsWorkers(front, 1)
    expect(await endOf(front, 'green')).toMatchObject({
      type: 'turn.failed',
      error: { code: 'overloaded', message: expect.stringMatching(/^No worker has the workspace 'green'\./) as unknown }
    })
    expect(engine.turns).toHaveLength(0)
  })
})
