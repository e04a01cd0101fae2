import { once } from 'node:events'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { within } from '../turn/deadline.ts'
import type { Lifetimes } from '../turn/lifetimes.ts'

/** Milliseconds. */
export interface StopTimes {
  /** For running turns to finish by themselves. */
  finish?: number
  /** For interrupted turns to end. */
  interrupt?: number
  /** For connections to end. */
  close?: number
}

export interface StopOptions extends StopTimes {
  /** Lets what runs outside of requests begin nothing more; resolves when it is over. */
  settle?: (() => Promise<void>) | undefined
  /** Ends the connections that are no longer HTTP. They are cut where it takes too long. */
  disconnect?: (() => Promise<void>) | undefined
}

/** Milliseconds for connections that are no longer HTTP to close in order. */
const farewell = 3_000

/** Stops a server: it still listens while turns finish, so that new requests are answered with 503, and then closes everything. */
export function stopper(
  server: Server,
  lifetimes: Lifetimes,
  { finish = 30_000, interrupt = 5_000, close = 1_000, settle, disconnect }: StopOptions = {}
): () => Promise<void> {
  const sockets = socketsOf(server)
  let stopping: Promise<void> | undefined
  const hurried = new AbortController()
  const stop = async () => {
    const drained = lifetimes.drain()
    await within(finish, Promise.all([drained, settle?.()]), hurried.signal)
    lifetimes.end()
    await within(interrupt, drained)
    await within(farewell, Promise.resolve(disconnect?.()))
    await closed(server, sockets, close)
    lifetimes.finish()
  }
  return () => {
    if (stopping) hurried.abort()
    return (stopping ??= stop())
  }
}

/** All connections: `closeAllConnections` leaves out those that were upgraded, for which `close` waits all the same (Node 20 to 24). */
function socketsOf(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return sockets
}

async function closed(server: Server, sockets: ReadonlySet<Socket>, patienceMs: number): Promise<void> {
  if (!server.listening) return
  const close = once(server, 'close')
  server.close()
  const late = setTimeout(() => {
    for (const socket of sockets) socket.destroy()
  }, patienceMs)
  await close
  clearTimeout(late)
}
