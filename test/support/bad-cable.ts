import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** The way of one program to a nats-server, on which messages are lost, repeated and delayed. */
export interface BadCable extends AsyncDisposable {
  readonly url: string
  /** Messages that were lost, repeated or delayed so far. */
  readonly spoiled: number
  /** Lets nothing through for as long as it is cut, and says nothing of it to either side: a pulled cable. */
  cut: (isCut: boolean) => void
}

export interface BadCableOptions {
  /** Of so many messages one is lost, one is repeated and one is late. 0 spoils none. */
  oneIn: number
  random: () => number
}

const publish = /^H?PUB (\S+) (?:.* )?(\d+)$/i
/** What is said between front ends and workers, and the answers to it. JetStream's own messages are left alone. */
const spoilable = /^(\w+\.v\d\.[fw]\.|_INBOX_[fw]\.)/

/** Reads the client's side of NATS' protocol just as far as is needed to find where its messages begin and end. */
export async function startBadCable(port: number, { oneIn, random }: BadCableOptions): Promise<BadCable> {
  const sockets = new Set<Socket>()
  let isCut = false
  let spoiled = 0
  const spoil = (far: Socket, subject: string, message: Buffer) => {
    const chance = oneIn > 0 && spoilable.test(subject) ? Math.floor(random() * oneIn) : -1
    if (chance >= 0 && chance < 3) spoiled += 1
    if (chance === 0) return
    if (chance === 1) setTimeout(() => far.write(message), 5 + random() * 45)
    else far.write(message)
    if (chance === 2) setTimeout(() => far.write(message), random() * 45)
  }
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    const parse = parser((subject, message) =>
      subject === undefined ? far.write(message) : spoil(far, subject, message)
    )
    near.on('data', parse)
    far.on('data', (data) => near.write(data))
    for (const [one, other] of [
      [near, far],
      [far, near]
    ] as const) {
      sockets.add(one)
      if (isCut) one.pause()
      one.on('error', () => {}).on('close', () => (sockets.delete(one), other.destroy()))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `nats://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get spoiled() {
      return spoiled
    },
    cut(next) {
      isCut = next
      for (const socket of sockets) {
        if (isCut) socket.pause()
        else socket.resume()
      }
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    }
  }
}

/** Calls `found` with each message and its subject, and with the lines between them. */
function parser(found: (subject: string | undefined, data: Buffer) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0)
  return (chunk) => {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
    for (;;) {
      const line = rest.indexOf('\r\n')
      if (line < 0) return
      const [, subject, size = ''] = publish.exec(rest.toString('latin1', 0, line)) ?? []
      const end = subject === undefined ? line + 2 : line + 2 + Number(size) + 2
      if (rest.length < end) return
      found(subject, rest.subarray(0, end))
      rest = rest.subarray(end)
    }
  }
}
