import { Connection } from '../codex/app-server/connection.ts'
import type { ConnectionOptions, Patience } from '../codex/app-server/connection.ts'
import { quietFlags } from '../codex/home/settings.ts'
import { stdioTransport } from '../codex/wire/stdio-transport.ts'
import type { StdioOptions } from '../codex/wire/stdio-transport.ts'
import type { Warn } from '../store/store.ts'
import { AppServerSupervisor } from './app-server-supervisor.ts'
import type { SupervisorOptions } from './app-server-supervisor.ts'
import { deleteGrownLogs, logStopper } from './codex-log.ts'

export interface AppServerOptions extends Omit<StdioOptions, 'args'>, Omit<SupervisorOptions, 'onStart'> {
  patience?: Partial<Patience> | undefined
  unused?: ConnectionOptions['unused']
  onWindows?: ConnectionOptions['onWindows']
  /** Takes a line for the log. */
  warn?: Warn | undefined
}

/** Settings that act at the start of the process cannot wait for a thread's. No secret and no URL is among them: `ps` shows them. */
export const appServerArguments: readonly string[] = [
  'app-server',
  ...quietFlags,
  ...['-c', 'skills.bundled.enabled=false'] // as in every thread: they are not listed either
]

/** The app-server of one home, talked to over stdio. It starts with the first lease. */
export function superviseAppServer(options: AppServerOptions): AppServerSupervisor<Connection> {
  const { idleMs, isLoggedIn, hiding, enter, slots, patience, unused, onWindows, warn, ...child } = options
  const transport = stdioTransport({ ...child, args: appServerArguments })
  const codexHome = child.env['CODEX_HOME'] ?? ''
  const start = () => {
    deleteGrownLogs(codexHome)
    return new Connection({ transport, patience, unused, onWindows })
  }
  const onStart = logStopper(codexHome, warn)
  return new AppServerSupervisor(start, { idleMs, isLoggedIn, hiding, enter, slots, onStart })
}
