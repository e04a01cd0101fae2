import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { watchMachines } from './machine-metrics.ts'
import { watchRemote } from './remote-metrics.ts'
import type { WatchedRemote } from './remote-metrics.ts'
import { watchUsage } from './usage-metrics.ts'
import type { WatchedUsage } from './usage-metrics.ts'
import type { WatchedMachines } from './machine-metrics.ts'
import type { FinishedTurn } from '../turn/report.ts'
import { noUsage, usageKinds, usageSum } from '../turn/usage.ts'
import type { Usage } from '../turn/usage.ts'

/** What is read only when the metrics are requested. */
export interface Watched {
  queue: { readonly active: number; readonly waiting: number }
  guard: { readonly reaped: number }
}

/** What is counted of a request. `route` is its pattern, `principal` the name of its caller. */
export interface CountedRequest {
  method: string
  route: string | undefined
  status: number
  principal: string
}

/** Counts and times for Prometheus. No label has a value that a client chose; `principal` has at most 50 names and `other`. */
export interface Metrics {
  /** Called for every request, as `observe` of the gateway. */
  request: (record: CountedRequest) => void
  /** Called for every turn, as `observe` of a measured engine. */
  turn: (turn: FinishedTurn) => void
  watch: (watched: Watched) => void
  /** Of a front end or a worker. */
  watchMachines: (watched: WatchedMachines) => void
  watchUsage: (watched: WatchedUsage) => void
  watchRemote: (watched: WatchedRemote) => void
  /** The text to answer with, and its content type. */
  exposition: () => Promise<{ type: string; text: string }>
}

/** Seconds, from an answer out of the cache to the longest turn there may be. */
const buckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800]

export function createMetrics(): Metrics {
  const registers = [new Registry()]
  const [registry] = registers as [Registry]
  const principalLabel = boundedLabel(50)
  const countRequest = counter(registers, {
    name: 'codex_gateway_requests_total',
    help: 'Requests by route pattern, status and principal',
    labelNames: ['method', 'route', 'status', 'principal']
  })
  return {
    request: ({ method, route = 'unknown', status, principal }) =>
      countRequest(method, route, String(status), principalLabel(principal)),
    turn: turnMetrics(registers, principalLabel),
    watch: (watched) => watch(registers, watched),
    watchMachines: (watched) => watchMachines(registers, watched),
    watchUsage: (watched) => watchUsage(registers, watched),
    watchRemote: (watched) => watchRemote(registers, watched),
    exposition: async () => ({ type: registry.contentType, text: await registry.metrics() })
  }
}

/** The first `count` names as they are, and `other` for all further ones. */
function boundedLabel(count: number): (name: string) => string {
  const names = new Set<string>()
  return (name) => {
    if (names.size < count) names.add(name)
    return names.has(name) ? name : 'other'
  }
}

function turnMetrics(registers: Registry[], principalLabel: (name: string) => string): Metrics['turn'] {
  const seconds = (name: string, help: string) => {
    const histogram = new Histogram({
      registers,
      name: `codex_gateway_${name}_seconds`,
      help,
      labelNames: ['engine'],
      buckets
    })
    const labelled = new Map<string, Histogram.Internal<'engine'>>() // looking for the labels takes longer than counting
    return (engine: string, ms: number) => {
      const known = labelled.get(engine) ?? histogram.labels(engine)
      labelled.set(engine, known)
      known.observe(ms / 1000)
    }
  }
  const countTurn = counter(registers, {
    name: 'codex_gateway_turns_total',
    help: 'Turns by engine, end, its cause, and principal',
    labelNames: ['engine', 'end', 'cause', 'principal']
  })
  const countToolResults = counter(registers, {
    name: 'codex_gateway_tool_results_total',
    help: 'Turns that bring results of tool calls: in the turn of codex that made the calls, or in a new one and why',
    labelNames: ['turn', 'reason']
  })
  const countTokens = tokenMetrics(registers)
  const unknown = new Counter({
    registers,
    name: 'codex_gateway_responses_unknown_total',
    help: 'Requests to the model whose tokens codex did not report: torn, interrupted, or not counted by it',
    labelNames: ['engine']
  })
  const queued = seconds('turn_queued', 'From the request to its slot')
  const firstText = seconds('turn_first_text', 'From the request to the first text of the answer')
  const total = seconds('turn', 'From the request to the end of the turn')
  return ({
    engine,
    end,
    cause = '',
    principal,
    queuedMs,
    firstTextMs,
    totalMs,
    usage,
    unknownResponses,
    toolResults
  }) => {
    countTurn(engine, end.replace('turn.', ''), cause, principalLabel(principal))
    if (toolResults === 'resumed') countToolResults('resumed', '')
    else if (toolResults !== undefined) countToolResults('new', toolResults)
    if (queuedMs !== undefined) queued(engine, queuedMs)
    if (firstTextMs !== undefined) firstText(engine, firstTextMs)
    total(engine, totalMs)
    if (usage) countTokens(engine, usage)
    if (unknownResponses !== undefined) unknown.inc({ engine }, unknownResponses)
  }
}

/** A counter by the values of its labels. They are put together with their names only when the metrics are requested. */
function counter(
  registers: Registry[],
  { name, help, labelNames }: { name: string; help: string; labelNames: readonly string[] }
): (...values: string[]) => void {
  const counts = new Map<string, number>()
  new Counter({
    registers,
    name,
    help,
    labelNames,
    collect() {
      this.reset()
      for (const [key, count] of counts) {
        const values = key.split('\0')
        this.inc(Object.fromEntries(labelNames.map((label, index) => [label, values[index] ?? ''])), count)
      }
    }
  })
  return (...values) => {
    const key = values.join('\0')
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
}

/** Added up here, and labelled only when the metrics are requested. */
function tokenMetrics(registers: Registry[]): (engine: string, usage: Usage) => void {
  const sums = new Map<string, Usage>()
  new Counter({
    registers,
    name: 'codex_gateway_tokens_total',
    help: 'Tokens by kind: input counts the cached ones too, output the reasoning',
    labelNames: ['engine', 'kind'],
    collect() {
      this.reset()
      for (const [engine, sum] of sums)
        for (const kind of usageKinds) this.inc({ engine, kind: kind.replace('_tokens', '') }, sum[kind])
    }
  })
  return (engine, usage) => {
    sums.set(engine, usageSum(sums.get(engine) ?? noUsage, usage))
  }
}

function watch(registers: Registry[], { queue, guard }: Watched): void {
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      registers,
      name: `codex_gateway_${name}`,
      help,
      collect() {
        this.set(value())
      }
    })
  gauge('turns_active', 'Turns that hold a slot', () => queue.active)
  gauge('turns_waiting', 'Turns that wait for a slot', () => queue.waiting)
  new Counter({
    registers,
    name: 'codex_gateway_processes_reaped_total',
    help: 'Processes that turns left behind and that had to be ended',
    collect() {
      this.reset()
      this.inc(guard.reaped)
    }
  })
}
