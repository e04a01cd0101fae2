import { setTimeout as sleep } from 'node:timers/promises'
import { startGateway } from '../gateway.ts'
import type { ServedGateway } from '../gateway.ts'
import { startBareListener } from '../remote/bare.ts'
import { Connection } from '../remote/connection.ts'
import type { Address } from '../remote/connection.ts'
import { figuresFrom } from '../figures.ts'
import { residentMb } from '../memory.ts'
import type { Row } from '../row.ts'
import { interleaved } from '../sampling.ts'
import { token, workspacesIn } from '../setting.ts'
import type { World } from '../world.ts'

const bare = 'a bare `codex app-server` on a socket'
/** Settings of a gateway that lets as many clients in as the bench has. */
export const remote = { CODEX_REMOTE: '1', CODEX_WORKSPACE_CLIENTS: '128' }
const input = [{ type: 'text', text: 'Say the word hello.', text_elements: [] }]

/** Where its remote clients connect. */
export const addressOf = ({ url }: ServedGateway): Address => ({ url: url.replace(/^http/, 'ws'), token })

/** What remote clients wait for: a first delta, and a workspace that is not open; and what they cost. */
export async function remoteRows({ setting }: World, quick: boolean): Promise<Row[]> {
  await using gateway = await startGateway(await setting('remote', remote))
  await using byHand = await workspacesIn(await setting('remote-by-hand', remote))
  const { shared } = byHand.workspaces.default
  await (await shared!.join())[Symbol.asyncDispose]() // writes its home
  await shared!.stop('The bench starts one itself.')
  const cold = await coldRow(gateway, byHand.workspaces, quick)
  await using listener = await startBareListener(byHand.workspaces)
  return [await firstDeltaRow(gateway, listener, quick), cold, await idleRow(gateway)]
}

async function firstDeltaRow(gateway: ServedGateway, listener: Address, quick: boolean): Promise<Row> {
  using one = await Connection.open(addressOf(gateway))
  using two = await Connection.open(listener)
  const [ours, other] = [await conversation(one), await conversation(two)]
  const samples = await interleaved(quick ? 30 : 100, {
    ours: async () => [await ours()],
    other: async () => [await other()]
  })
  return row('remote: the first delta of a turn', samples.ours, samples.other, 1)
}

/** Starts a thread. Resolves with what runs a turn in it, and resolves to the milliseconds from `turn/start` to its first delta. */
async function conversation(connection: Connection): Promise<() => Promise<number>> {
  const { thread } = await connection.request<{ thread: { id: string } }>('thread/start', {})
  return async () => {
    let first = NaN
    const begun = performance.now()
    const over = new Promise<void>((resolve) => {
      connection.notified = (start) => {
        if (Number.isNaN(first) && start.startsWith('{"method":"item/agentMessage/delta"'))
          first = performance.now() - begun
        if (start.startsWith('{"method":"turn/completed"')) resolve()
      }
    })
    await Promise.all([connection.request('turn/start', { threadId: thread.id, input }), over])
    return first
  }
}

/** From nothing that runs until `initialize` is answered. */
async function coldRow(
  gateway: ServedGateway,
  workspaces: Parameters<typeof startBareListener>[0],
  quick: boolean
): Promise<Row> {
  const stop = () =>
    fetch(`${gateway.url}/v1/workspaces/default/stop?force=true`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` }
    })
  const samples = await interleaved(quick ? 4 : 15, {
    async ours() {
      const begun = performance.now()
      using _connection = await Connection.open(addressOf(gateway))
      const ms = performance.now() - begun
      await stop()
      return [ms]
    },
    async other() {
      const begun = performance.now()
      await using listener = await startBareListener(workspaces)
      using _connection = await Connection.open(listener)
      return [performance.now() - begun]
    }
  })
  return row('remote: opening a workspace of which nothing runs', samples.ours, samples.other, 30)
}

/** Memory that 100 clients take in the gateway while nothing happens. */
async function idleRow(gateway: ServedGateway): Promise<Row> {
  using _first = await Connection.open(addressOf(gateway))
  const before = await settledMb(gateway.pid)
  const all = await Promise.all(Array.from({ length: 100 }, () => Connection.open(addressOf(gateway))))
  const more = (await settledMb(gateway.pid)) - before
  for (const one of all) one[Symbol.dispose]()
  const target = { text: '≤ 20 MB', met: more <= 20 }
  return { what: 'remote: memory of the gateway for 100 idle clients', unit: 'MB', ours: figuresFrom([more]), target }
}

async function settledMb(pid: number): Promise<number> {
  await sleep(2_000)
  return residentMb(pid)
}

function row(what: string, ours: number[], other: number[], more: number): Row {
  const [one, two] = [figuresFrom(ours), figuresFrom(other)]
  const target = { text: `≤ +${more} ms`, met: one.median <= two.median + more }
  return { what, unit: 'ms', ours: one, other: { what: bare, figures: two }, target }
}
