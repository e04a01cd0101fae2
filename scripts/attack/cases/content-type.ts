import { holds, below } from '../case.ts'
import type { Attack } from '../case.ts'
import { latencyOf } from '../latency.ts'
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
    const calm = await latencyOf(gateway.port, 500)
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
    const { median, worst } = await latencyOf(gateway.port, 1_000)
    const statuses = await flood
    const busy = calm.median > 25
    const finding = below('others wait for /healthz, median', median, 100, 'ms')
    return [
      {
        ...finding,
        value: `${finding.value}, worst ${worst.toFixed()} ms`,
        held: finding.held || (busy ? undefined : false)
      },
      holds(
        'all are refused with 415',
        statuses.every((status) => status === 415),
        [...new Set(statuses)].join(' ')
      )
    ]
  }
}
