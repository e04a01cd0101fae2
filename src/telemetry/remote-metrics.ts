import { Counter, Gauge } from 'prom-client'
import type { Registry } from 'prom-client'

/** What is read of remote clients when the metrics are requested. */
export interface WatchedRemote {
  /** Connections, threads with a turn at work, running app-servers, and executors with what has passed to and from them, of all workspaces. */
  now: () => { clients: number; turns: number; appServers: number; executors: number; executorBytes: number }
  /** Since the start. */
  readonly counts: { readonly joined: number; readonly refused: number }
}

/** Figures of the TUIs that are connected. */
export function watchRemote(registers: Registry[], { now, counts }: WatchedRemote): void {
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      ...{ registers, name, help },
      collect() {
        this.set(value())
      }
    })
  const counter = (name: string, help: string, value: () => number) =>
    new Counter({
      ...{ registers, name, help },
      collect() {
        this.reset()
        this.inc(value())
      }
    })
  gauge('codex_gateway_remote_clients', 'Connections of remote TUIs', () => now().clients)
  gauge('codex_gateway_remote_turns', 'Threads of remote TUIs with a turn at work', () => now().turns)
  gauge('codex_gateway_remote_app_servers', 'App-servers that remote TUIs share', () => now().appServers)
  gauge('codex_gateway_executors', 'Executors that are connected', () => now().executors)
  counter('codex_gateway_executor_bytes_total', 'Bytes to and from executors', () => now().executorBytes)
  counter('codex_gateway_remote_joined_total', 'Remote TUIs that have joined a workspace', () => counts.joined)
  counter('codex_gateway_remote_refused_total', 'Requests of remote TUIs that were refused', () => counts.refused)
}
