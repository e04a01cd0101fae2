import type { Server } from 'node:http'
import type { Authenticator } from '../access/authenticator.ts'
import type { Attempts } from '../access/attempts.ts'
import { Entrance } from '../executors/entrance.ts'
import { ExecutorLinks } from '../executors/links.ts'
import { tokenCheck } from '../http/door/auth.ts'
import type { Config } from '../config/config.ts'
import type { Log } from '../telemetry/log.ts'
import type { Workspaces } from '../workspaces/workspace.ts'

/** The executors of a gateway, and how its own app-servers reach them. */
export class Executors {
  readonly links: ExecutorLinks
  /** Takes what clients of a workspace should know. */
  warn = (_workspace: string, _sentence: string): void => {}
  #note = (_fields: object, _message: string) => {}
  #server: Server | undefined

  constructor({ CODEX_EXECUTOR_HOLD_SECONDS: seconds }: Pick<Config, 'CODEX_EXECUTOR_HOLD_SECONDS'>) {
    this.links = new ExecutorLinks({
      holdMs: seconds * 1000,
      note: (fields, message) => this.#note(fields, message),
      changed: ({ workspace, executor }, isThere) =>
        this.warn(
          workspace,
          isThere
            ? `The executor ${executor} is connected. New threads can run commands there.`
            : `The executor ${executor} has left. Its commands can go on when it is back.`
        )
    })
  }

  admit(...args: Parameters<ExecutorLinks['admit']>): ReturnType<ExecutorLinks['admit']> {
    return this.links.admit(...args)
  }

  isConnected(workspace: string, executor: string): boolean {
    return this.links.of(workspace).some(({ about }) => about.executor === executor)
  }

  /** Where the gateway listens, for its own processes. Throws before it does. */
  address(): string {
    const found = this.#server?.address()
    if (typeof found !== 'object' || found === null) throw new Error('The gateway does not listen yet.')
    const { address, port, family } = found
    const isAny = address === '0.0.0.0' || address === '::'
    const host = isAny ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address
    return `ws://${host}:${port}`
  }

  /** What takes their connections. */
  entrance(
    { CODEX_PUBLIC_URL: publicUrl }: Config,
    workspaces: Workspaces,
    { authenticator, attempts }: { authenticator: Authenticator; attempts: Attempts }
  ): Entrance {
    return new Entrance({
      ...{ links: this.links, publicUrl, identify: tokenCheck({ authenticator, attempts }) },
      isValid: (proof) => authenticator.principalOf(proof) !== undefined,
      usesExecutors: async (id) => (await workspaces.get(id)).remote?.runs === 'executors'
    })
  }

  /** To be called before the server listens. */
  serve(server: Server, log: Log): void {
    this.#server = server
    this.#note = (fields, message) => log.info(fields, message)
  }
}
