import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectionsAt } from '../../../test/support/descriptors.ts'
import { below, holds } from '../case.ts'
import type { Attack } from '../case.ts'
import { latencyOf, promptly } from '../latency.ts'
import { growthDuring } from '../memory.ts'

const maxOpenMs = 25_000

export const attack: Attack = {
  title: '5,000 connections send nothing, or half a head',
  async run(start, brief) {
    const gateway = await start()
    const sockets = Array.from({ length: brief ? 500 : 5_000 }, (_, at) => {
      const socket = connect(gateway.port, '127.0.0.1').on('error', () => {})
      if (at % 2 === 0) socket.write('GET /v1/models HTTP/1.1\r\nHost: loc')
      return socket
    })
    let latency = { median: Infinity, worst: Infinity }
    const growth = await growthDuring(gateway.pid, async () => (latency = await latencyOf(gateway.port, 1_000)))
    const findings = [below('growth of memory', growth, 100, 'MB'), promptly('meanwhile', latency)]
    if (!brief) {
      const begun = performance.now()
      while (connectionsAt(gateway.port) > 1 && performance.now() - begun < maxOpenMs) await sleep(200)
      findings.push(
        holds(
          `all are closed in ${maxOpenMs / 1_000} s`,
          connectionsAt(gateway.port) <= 1,
          `${((performance.now() - begun) / 1_000).toFixed()} s`
        )
      )
    }
    for (const socket of sockets) socket.destroy()
    return findings
  }
}
