import { stdioTransport } from '../../codex/wire/stdio-transport.ts'
import type { OpenTransport } from '../../codex/wire/transport.ts'
import type { Guard } from '../../codex/process/guard.ts'
import { contracted } from '../../turn/contract.ts'
import type { Engine } from '../../turn/engine.ts'
import { lastMessageOnly } from '../last-message.ts'
import { OneAtATime } from '../one-at-a-time.ts'
import { Connection } from '../../codex/app-server/connection.ts'
import type { Patience } from '../../codex/app-server/connection.ts'
import { AppServerSupervisor } from '../../workspaces/app-server-supervisor.ts'
import { modelsOn } from '../../codex/app-server/models.ts'
import { runTurn } from './turn/run.ts'
import type { TurnDefaults } from './thread/thread-request.ts'
import { Warmth } from './warm/thread-pool.ts'

export interface AppServerEngineOptions extends TurnDefaults {
  /** The native binary. */
  binary: string
  /** Whole environment of the child. */
  env: Record<string, string>
  /** Keeps the child's processes together, and clears them. */
  guard: Pick<Guard, 'start'>
  /** Bytes that one line of output may have. */
  lineLimit: number
  /** Threads that stay loaded for their conversations to go on. */
  warmThreads: number
  patience?: Partial<Patience>
}

/** Milliseconds that a thread waits for its conversation to go on: about as long as a provider's prompt cache keeps it. */
const warmLife = 600_000

/** Runs turns on one long-lived `codex app-server`: text comes as tokens, history goes in as items, and the caller's functions are tools. */
export function createAppServerEngine(options: AppServerEngineOptions): Engine {
  const transport = transportFrom(options)
  const keeper = new AppServerSupervisor(() => new Connection({ transport, patience: options.patience }))
  const ground = {
    defaults: options,
    keeper,
    warmth: new Warmth({ count: options.warmThreads, lifeMs: warmLife }, options.env['CODEX_HOME'] ?? '')
  }
  const kept = new OneAtATime()
  return {
    name: 'app-server',
    can: { tools: true },
    run: contracted((request, signal) => {
      const events = kept.run(request, runTurn(ground, request, signal))
      return request.outputSchema ? lastMessageOnly(events) : events
    }),
    async models() {
      using lease = await keeper.lease()
      return modelsOn(lease.connection)
    },
    [Symbol.asyncDispose]: () => keeper.close()
  }
}

/** Features that act at the start of the process cannot wait for a thread's settings. No secret and no URL is among them. */
function transportFrom({ guard, binary, env, workspace, lineLimit }: AppServerEngineOptions): OpenTransport {
  const args = [
    'app-server',
    '-c',
    'analytics.enabled=false',
    '-c',
    'check_for_update_on_startup=false',
    '-c',
    'features.plugins=false'
  ]
  return stdioTransport({ guard, binary, args, env, cwd: workspace, lineLimit })
}
