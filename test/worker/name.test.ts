import { afterAll, beforeAll, expect, it } from 'vitest'
import { openNats } from '../../src/broker/nats.ts'
import { workerBeatFrom } from '../../src/wire/messages.ts'
import type { WorkerBeat } from '../../src/wire/messages.ts'
import { checkName } from '../../src/worker/name.ts'
import { needing } from '../support/left-out.ts'
import { startWorker } from '../support/machines.ts'
import { connectionTo, natsServer, startNats } from '../support/nats.ts'
import type { Nats } from '../support/nats.ts'
import { completed, scriptedEngine } from '../support/scripted-engine.ts'

needing('nats-server', natsServer !== undefined, () => {
  let nats: Nats
  beforeAll(async () => {
    nats = await startNats()
  })
  afterAll(() => nats[Symbol.asyncDispose]())

  async function client(name: string, run: string) {
    const { subjects, ...connection } = connectionTo(nats, name)
    const { mail, ...broker } = await openNats({ ...connection, subjects, role: 'w', id: run })
    const gaveWay: string[] = []
    const named = { mail, subjects, name: 'ada', run, onSameName: () => gaveWay.push(run) }
    const beat: WorkerBeat = {
      ...{ worker: 'ada', run, slots: 1, active: 0, draining: false, ready: true, version: 'test', agrees: 'test' }
    }
    const say = () => mail.send(subjects.workerBeat('ada'), beat)
    return { named, gaveWay, say, [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose]() }
  }

  it('a second worker of one name does not start', async () => {
    const name = nats.newName()
    await using _first = await startWorker(nats, name, scriptedEngine([completed]), { name: 'ada' })
    await using second = await client(name, 'bbbb')
    await expect(checkName(second.named)).rejects.toMatchObject({
      code: 'conflict',
      message: 'There is a worker called ada already. Set CODEX_WORKER_NAME to another name.'
    })
  })

  it('a worker that was refused gives no sign of life, which the first one would give way to', async () => {
    const name = nats.newName()
    await using listener = await client(name, 'cccc')
    const runs = new Set<string | undefined>()
    listener.named.mail.listen(listener.named.subjects.workerBeat('ada'), (beat) => {
      runs.add(workerBeatFrom(beat)?.run)
    })
    await using first = await startWorker(nats, name, scriptedEngine([completed]), { name: 'ada' })
    const isRefused = startWorker(nats, name, scriptedEngine([completed]), { name: 'ada', onSameName() {} })
    await expect(isRefused).rejects.toMatchObject({ code: 'conflict' })
    await listener.named.mail.request(listener.named.subjects.worker('ada'), { do: 'ping' }, 5_000)
    expect([...runs]).toEqual([first.worker.run])
  })

  it('a sign of life that comes after its worker has ended does not stop the next one', async () => {
    const name = nats.newName()
    await using gone = await client(name, 'aaaa')
    await using next = await client(name, 'bbbb')
    const checked = checkName(next.named)
    const late = setInterval(gone.say, 50)
    await expect(checked).resolves.toBeUndefined()
    clearInterval(late)
  })

  it('of two that start at once, the one with the greater mark gives way', async () => {
    const name = nats.newName()
    await using one = await client(name, 'aaaa')
    await using other = await client(name, 'bbbb')
    await Promise.all([checkName(one.named), checkName(other.named)])
    one.say()
    other.say()
    await expect.poll(() => other.gaveWay).toEqual(['bbbb'])
    expect(one.gaveWay).toEqual([])
  })
})
