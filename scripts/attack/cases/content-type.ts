import { holds } from '../case.ts'
import type { Attack } from '../case.ts'
import { latencyOf, promptly } from '../latency.ts'
import { postHead, sending, statusOf } from '../raw.ts'

const types = [
  `application/json;${' '.repeat(15_000)}x`,
  `application/json;${' ;'.repeat(7_000)}x`,
  `application/json; charset=${'"'.repeat(15_000)}`
]

export const attack: Attack = {
  title: 'requests with a Content-Type that costs a pattern quadratic time',
  async run(start) {
    const gateway = await start()
    const flood = Promise.all(
      types.flatMap((type) =>
        Array.from({ length: 20 }, async () => {
          const socket = sending(gateway, postHead('Content-Length: 2\r\n', undefined, type) + '{}')
          const status = await statusOf(socket, 30_000)
          socket.destroy()
          return status
        })
      )
    )
    const latency = await latencyOf(gateway.port, 1_000)
    const statuses = await flood
    return [
      promptly('60 such requests at once', latency),
      holds(
        'all are refused with 415',
        statuses.every((status) => status === 415),
        [...new Set(statuses)].join(' ')
      )
    ]
  }
}
