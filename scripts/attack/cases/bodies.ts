import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from '../ask.ts'
import { below, holds } from '../case.ts'
import type { Attack, Finding } from '../case.ts'
import { otherToken } from '../gateway.ts'
import type { AttackedGateway } from '../gateway.ts'
import { postHead, sending, statusOf } from '../raw.ts'

export const attack: Attack = {
  title: 'one token sends large bodies at a byte per second; honest clients send small ones in chunks',
  long: true,
  async run(start, brief) {
    const gateway = await start()
    return [...(await slow(gateway, 4, brief)), ...(await slow(gateway, 40, true)), await chunked(gateway)]
  }
}

async function slow(gateway: AttackedGateway, count: number, brief: boolean): Promise<Finding[]> {
  const begun = performance.now()
  const sockets = Array.from({ length: count }, () => sending(gateway, postHead('Content-Length: 33554432\r\n')))
  const bytes = setInterval(() => sockets.forEach((socket) => socket.write(' ')), 1_000)
  await sleep(300)
  const others = []
  for (let at = 0; at < 5; at++)
    others.push((await ask(gateway, '/v1/chat/completions', { as: otherToken, body: {} })).status)
  const findings = [
    holds(
      `${count} slow bodies: 5 of 5 requests of another token are read`,
      others.every((status) => status === 400),
      others.join(' ')
    )
  ]
  if (!brief) {
    await Promise.all(sockets.map((socket) => statusOf(socket, 60_000)))
    findings.push(below(`${count} slow bodies: refused, after`, (performance.now() - begun) / 1_000, 30, 's'))
  }
  clearInterval(bytes)
  for (const socket of sockets) socket.destroy()
  return findings
}

/** What a proxy that does not buffer sends. */
async function chunked(gateway: AttackedGateway): Promise<Finding> {
  const body = JSON.stringify({ model: 'x'.repeat(60) })
  const statuses = await Promise.all(
    Array.from({ length: 12 }, async () => {
      const socket = sending(gateway, postHead('Transfer-Encoding: chunked\r\n'))
      await sleep(150)
      socket.write(`${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`)
      const status = await statusOf(socket)
      socket.destroy()
      return status
    })
  )
  return holds(
    '12 small chunked bodies at once: none is refused for lack of memory',
    statuses.every((status) => status === 400),
    statuses.join(' ')
  )
}
