import { holds } from '../case.ts'
import type { Attack } from '../case.ts'
import { sending, statusOf } from '../raw.ts'

const hosts: [host: string, status: number][] = [
  ['localhost', 200],
  ['LOCALHOST', 200],
  ['localhost.', 200],
  ['127.0.0.1:80', 200],
  ['[::1]', 200],
  ['evil.test', 403],
  ['localhost.evil.test', 403],
  ['127.0.0.1.evil.test', 403],
  ['localhost@evil.test', 403],
  ['127.1', 403],
  ['0.0.0.0', 403],
  ['2130706433', 403],
  ['localhost:0', 403],
  ['localhost:99999', 403]
]

export const attack: Attack = {
  title: 'the forms of a Host header, also those of a page whose name was rebound',
  async run(start) {
    const gateway = await start()
    const statuses = await Promise.all(
      hosts.map(async ([host]) => {
        const socket = sending(gateway, `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
        const status = await statusOf(socket)
        socket.destroy()
        return status
      })
    )
    return hosts.map(([host, wanted], at) => holds(`${host}: ${wanted}`, statuses[at] === wanted, String(statuses[at])))
  }
}
