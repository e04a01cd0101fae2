import { Counter, Gauge } from 'prom-client'
import type { Registry } from 'prom-client'

interface Beat {
  slots: number
  active: number
  ready: boolean
  draining: boolean
}

/** What is read of a front end or a worker only when the metrics are requested. */
export interface WatchedMachines {
  mail: { readonly isUp: boolean; readonly reconnects: number }
  frontEnd?: {
    readonly roster: { present(): readonly Beat[] }
    readonly handed: { readonly direct: number; readonly line: number; readonly lost: number }
  }
  worker?: { readonly resentFrames: number }
}

export function watchMachines(registers: Registry[], { mail, frontEnd, worker }: WatchedMachines): void {
  gauge(registers, 'broker_up', 'Whether the broker is connected', () => Number(mail.isUp))
  count(
    registers,
    'broker_reconnects_total',
    'Times the connection to the broker was made again',
    () => mail.reconnects
  )
  if (worker)
    count(registers, 'frames_resent_total', 'Frames of events that were sent again', () => worker.resentFrames)
  if (!frontEnd) return
  const { roster, handed } = frontEnd
  const sum = (of: (beat: Beat) => number) => roster.present().reduce((total, beat) => total + of(beat), 0)
  gauge(registers, 'worker_slots', 'Slots of all workers that are there', () => sum(({ slots }) => slots))
  gauge(registers, 'worker_slots_active', 'Slots of all workers that are taken', () => sum(({ active }) => active))
  count(registers, 'turns_lost_total', 'Turns whose worker stopped before they were finished', () => handed.lost)
  byLabel(registers, Gauge, ['workers', 'Workers by state', 'state'], () => ({
    ready: sum(({ ready, draining }) => Number(ready && !draining)),
    draining: sum(({ draining }) => Number(draining)),
    not_ready: sum(({ ready, draining }) => Number(!ready && !draining))
  }))
  byLabel(registers, Counter, ['turns_handed_total', 'Turns given to workers, by the way they took', 'road'], () => ({
    direct: handed.direct,
    line: handed.line
  }))
}

function gauge(registers: Registry[], name: string, help: string, value: () => number): void {
  new Gauge({
    registers,
    name: `codex_gateway_${name}`,
    help,
    collect() {
      this.set(value())
    }
  })
}

function count(registers: Registry[], name: string, help: string, value: () => number): void {
  new Counter({
    registers,
    name: `codex_gateway_${name}`,
    help,
    collect() {
      this.reset()
      this.inc(value())
    }
  })
}

function byLabel(
  registers: Registry[],
  Kind: typeof Gauge | typeof Counter,
  [name, help, label]: [string, string, string],
  values: () => Record<string, number>
): void {
  new Kind({
    registers,
    name: `codex_gateway_${name}`,
    help,
    labelNames: [label],
    collect() {
      this.reset()
      for (const [key, value] of Object.entries(values())) this.inc({ [label]: key }, value)
    }
  })
}
