import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AutomationQueue } from '../../../src/agents/automations/queue.ts'
import type { Delivery } from '../../../src/agents/automations/queue.ts'
import { AutomationRunner } from '../../../src/agents/automations/runner.ts'
import { AutomationStore } from '../../../src/agents/automations/store.ts'
import { automationsSchema } from '../../../src/agents/automations/schema.ts'
import { Tables } from '../../../src/store/tables.ts'
import { Store } from '../../../src/store/store.ts'

const bounds = { count: 10, perOwner: 5, bytes: 1e6, bytesPerOwner: 1e6 }

/** Gateways that share a store, at the time that a test says. */
export class AutomationGateways implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'automations-'))
  readonly #stores: Store[] = []
  now = 0

  /** What a gateway does with automations; `deliver` stands for its sessions. */
  start(deliver: (delivery: Delivery) => Promise<void>) {
    const store = new Store({ folder: this.#folder })
    this.#stores.push(store)
    const tables = new Tables(store, automationsSchema)
    const now = () => this.now
    const runner = new AutomationRunner({
      queue: new AutomationQueue(tables),
      work: { mark: store.presence.id, isStopping: false },
      isAlive: (mark) => store.presence.isAlive(mark),
      deliver,
      now
    })
    const look = async () => {
      runner.look()
      await runner.settled()
    }
    /** As if its process was killed. */
    const die = () => store[Symbol.dispose]()
    return { store: new AutomationStore(tables, bounds, now), runner, look, die }
  }

  /** One that notes what it gives, and when that was to be. */
  startNoting() {
    const given: string[] = []
    const gateway = this.start(async ({ automation, invocation: { scheduledAt } }) => {
      const time = scheduledAt === null ? 'now' : new Date(scheduledAt).toISOString().slice(5, 16)
      given.push(`${automation.name} ${time}`)
    })
    return { ...gateway, given }
  }

  [Symbol.dispose](): void {
    for (const store of this.#stores) store[Symbol.dispose]()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
