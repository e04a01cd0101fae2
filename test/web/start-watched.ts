import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { once } from 'node:events'
import { expect } from 'vitest'
import { startSessions } from '../api/sessions/start-sessions.ts'
import type { SessionsRig } from '../api/sessions/start-sessions.ts'
import { freshPage } from '../support/page.ts'
import type { Answer } from '../support/upstream/script.ts'

/** The whole gateway with the real codex, with its page, behind a cable that can be cut. */
export interface Watched extends AsyncDisposable {
  url: string
  upstream: SessionsRig['upstream']
  /** Breaks all connections, and refuses new ones for as long as it is cut. */
  cut: (isCut: boolean) => void
  /** Resolves when no session has a turn that runs. */
  idle: () => Promise<void>
  /** Closes the session of an address, as an operator or another tab might. */
  closeSession: (url: string) => Promise<void>
}

export async function startWatched(usual: Answer, settings: Record<string, string> = {}): Promise<Watched> {
  const rig = await startSessions(
    usual,
    { CODEX_MAX_CONCURRENCY: '6', CODEX_SANDBOX: 'read-only', CODEX_APPROVALS: 'ask', ...settings },
    { page: await freshPage() }
  )
  const cable = await startCable(Number(new URL(rig.url()).port))
  return {
    url: cable.url,
    upstream: rig.upstream,
    cut: (isCut) => cable.cut(isCut),
    idle: () =>
      expect.poll(async () => (await rig.call('GET')).body.sessions.some(({ state }) => state.activeTurn)).toBe(false),
    closeSession: async (url) => void (await rig.call('DELETE', `/${url.split('/').at(-1)}`)),
    async [Symbol.asyncDispose]() {
      await cable[Symbol.asyncDispose]()
      await rig[Symbol.asyncDispose]()
    }
  }
}

/** Passes bytes on to a port of this machine. */
async function startCable(port: number) {
  let isCut = false
  const sockets = new Set<Socket>()
  const hold = (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
  }
  const server = createServer((near) => {
    if (isCut) return void near.destroy()
    const far = connect(port, '127.0.0.1')
    for (const socket of [near, far]) hold(socket)
    near.pipe(far).pipe(near)
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const destroyAll = () => sockets.forEach((socket) => socket.destroy())
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut(next: boolean) {
      isCut = next
      if (isCut) destroyAll()
    },
    async [Symbol.asyncDispose]() {
      server.close()
      destroyAll()
    }
  }
}
