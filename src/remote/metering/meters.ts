import type { SharedAppServer } from '../../workspaces/shared/shared-app-server.ts'
import { Meter } from './meter.ts'
import type { MeterOptions } from './meter.ts'

/** The meters of the app-servers that run. */
export class Meters {
  readonly #chain: MeterOptions['chain']
  readonly #meters = new Map<SharedAppServer, Meter>()

  /** `chain` puts around a turn what every turn of the gateway has. */
  constructor(chain: MeterOptions['chain']) {
    this.#chain = chain
  }

  of(server: SharedAppServer, workspace: string): Meter {
    const known = this.#meters.get(server)
    if (known) return known
    const meter = new Meter({ server, workspace, chain: this.#chain })
    this.#meters.set(server, meter)
    void server.lost.then(() => meter.settled()).then(() => this.#meters.delete(server))
    return meter
  }

  /** Resolves when all turns are accounted for. To be awaited when no app-server is left. */
  async settled(): Promise<void> {
    await Promise.all([...this.#meters.values()].map((meter) => meter.settled()))
  }
}
