import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { availableParallelism, loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Finding } from './case.ts'

/** Milliseconds. */
export interface Latency {
  median: number
  worst: number
}

/** How long clients with connections of their own wait for `/healthz`, one after another for `ms`. */
export async function latencyOf(port: number, ms: number): Promise<Latency> {
  const waits: number[] = []
  const end = performance.now() + ms
  do {
    waits.push(await answered(port))
    await sleep(50)
  } while (performance.now() < end)
  waits.sort((one, other) => one - other)
  return { median: waits[Math.floor(waits.length / 2)] ?? Infinity, worst: waits.at(-1) ?? Infinity }
}

async function answered(port: number): Promise<number> {
  const begun = performance.now()
  const [response] = (await once(request({ port, path: '/healthz', agent: false }).end(), 'response')) as [
    IncomingMessage
  ]
  response.resume()
  await once(response, 'end')
  return performance.now() - begun
}

const maxLatency = 100 // ms

/** Whether the median is short enough. Not judged where others use the processors: then it shows how busy they are. */
export function promptly(what: string, { median, worst }: Latency): Finding {
  const isBusy = (loadavg()[0] ?? 0) > availableParallelism()
  const figures = `median ${median.toFixed()} ms, worst ${worst.toFixed()} ms`
  return {
    what: `${what}: others are answered in ${maxLatency} ms`,
    value: isBusy ? `${figures}; this machine is too busy` : figures,
    held: median < maxLatency || (isBusy ? undefined : false)
  }
}
