import { createInterface } from 'node:readline'
import { Changes } from './changes.ts'
import type { CommandFolder } from './command.ts'

export interface LogLine {
  level: string
  msg: string
  [field: string]: unknown
}

type Child = ReturnType<CommandFolder['run']>

/** A `codex-gateway serve` that listens on a port of its own. Leaving its scope kills it, if it still runs. */
export interface ServeProcess extends AsyncDisposable {
  readonly url: string
  readonly child: Child
  readonly log: readonly LogLine[]
  /** Waits for a log line with this message. */
  logged: (message: string) => Promise<LogLine>
}

export async function startServe(
  folder: Pick<CommandFolder, 'run'>,
  args: string[] = [],
  env: Record<string, string> = {}
): Promise<ServeProcess> {
  const child = folder.run(['serve', '127.0.0.1', '0', ...args], env)
  const log: LogLine[] = []
  const changes = new Changes()
  createInterface({ input: child.stdout }).on('line', (line) => {
    log.push(JSON.parse(line) as LogLine)
    changes.happened()
  })
  const find = (message: string) => log.find(({ msg }) => msg.includes(message))
  const logged = async (message: string) => {
    await Promise.race([
      changes.until(() => find(message) !== undefined),
      child.then(({ stderr }) => Promise.reject(new Error(`it ended before it logged "${message}": ${stderr}`)))
    ])
    return find(message) as LogLine
  }
  const { url } = await logged('listening')
  return {
    url: url as string,
    child,
    log,
    logged,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await child
    }
  }
}
