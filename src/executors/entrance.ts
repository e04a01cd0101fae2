import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { WebSocketServer } from 'ws'
import type { Identity, Proof } from '../access/authenticator.ts'
import type { tokenCheck } from '../http/door/auth.ts'
import { isRefusal } from '../http/door/verdict.ts'
import type { Refusal, RequestHead } from '../http/door/verdict.ts'
import { watchValidity } from '../http/token-life.ts'
import type { Upgrade, UpgradeRoute } from '../http/upgrade.ts'
import { GatewayError } from '../turn/error.ts'
import type { ExecutorAbout } from './link.ts'
import type { ExecutorLinks } from './links.ts'

export interface EntranceOptions {
  links: ExecutorLinks
  identify: ReturnType<typeof tokenCheck>
  /** Whether a token that was valid still is. */
  isValid: (proof: Proof) => boolean
  /** Whether commands of this workspace run on executors. Rejects where there is no such workspace. */
  usesExecutors: (workspace: string) => Promise<boolean>
  /** How executors reach the gateway, where that is not the host that they asked. */
  publicUrl?: string | undefined
}

/** What an executor is told when it registers (codex-cli 0.169, transport `direct`). */
export interface Registration {
  environment_id: string
  transport: 'direct_jsonrpc_v1'
  registration_id: string
  url: string
}

/** Bytes of one message; app-server's own bound is 128 MiB. */
const maxPayload = 67_108_864
/** Executors of one workspace at once. */
const most = 64
/** Milliseconds by which a registration may be of later than now: it is this machine's own time. */
const tolerance = 15_000

const name = '[a-z0-9][a-z0-9_-]{0,63}'
const linkPath = new RegExp(`^/executors/link/(${name})/([0-9a-z]{8,12})-[0-9a-f]{16}$`)
const serverPath = new RegExp(`^/environments/(${name})$`)
export const isExecutorName = (text: string): boolean => new RegExp(`^${name}$`).test(text)

/** Lets executors in, and the app-servers of this gateway to them. */
export class Entrance {
  readonly #options: EntranceOptions
  readonly #sockets = new WebSocketServer({
    ...{ noServer: true, perMessageDeflate: false, clientTracking: false, maxPayload }
  })

  constructor(options: EntranceOptions) {
    this.#options = options
  }

  get routes(): UpgradeRoute[] {
    return [
      { serves: ({ path }) => linkPath.test(path), accept: (upgrade) => this.#acceptExecutor(upgrade) },
      { serves: ({ path }) => serverPath.test(path), accept: (upgrade) => this.#acceptServer(upgrade) }
    ]
  }

  /** Resolves to where the executor connects, or why it may not: it prints the message and exits. Rejects with a `GatewayError`. */
  async register(head: IncomingMessage, executor: string): Promise<Registration | Refusal> {
    const found = await this.#whose(head, executor)
    if (isRefusal(found)) return found
    const id = `${Date.now().toString(36)}-${randomBytes(8).toString('hex')}`
    const base = this.#options.publicUrl ?? `http://${head.headers.host}`
    const url = `${base.replace(/^http/, 'ws').replace(/\/$/, '')}/executors/link/${executor}/${id}`
    return { environment_id: executor, transport: 'direct_jsonrpc_v1', registration_id: id, url }
  }

  async #acceptExecutor(upgrade: Upgrade): Promise<Refusal | undefined> {
    const [, executor = '', time = ''] = linkPath.exec(upgrade.url.path) ?? []
    const registered = Number.parseInt(time, 36)
    const found = await this.#whose(upgrade.req, executor)
    if (isRefusal(found)) return found
    const { links, isValid } = this.#options
    const { about, identity } = found
    if (links.isReplaced(about, registered) || registered > Date.now() + tolerance)
      return { error: new GatewayError('not_found', 'Another executor of this name has come since.') }
    this.#sockets.handleUpgrade(upgrade.req, upgrade.socket, upgrade.head, (socket) => {
      const link = links.connect(socket, about, registered)
      const life = watchValidity(
        () => isValid(identity.proof),
        () => link.close('policy', 'The token is no longer valid.')
      )
      void link.closed.then(() => life[Symbol.dispose]())
    })
    return undefined
  }

  async #acceptServer({ req, socket, head, url }: Upgrade): Promise<Refusal | undefined> {
    const { links } = this.#options
    const token = /^bearer (\S+)$/i.exec(req.headers.authorization ?? '')?.[1] ?? ''
    const workspace = isSameMachine(req) ? links.workspaceOf(token) : undefined
    if (workspace === undefined)
      return { error: new GatewayError('unauthenticated', 'Only an app-server of this gateway may connect here.') }
    const [, executor = ''] = serverPath.exec(url.path) ?? []
    const gone = new AbortController()
    socket.once('close', () => gone.abort())
    const link = await links.find(workspace, executor, gone.signal)
    if (!link?.isFree) {
      if (gone.signal.aborted) return undefined
      return { error: new GatewayError('overloaded', 'This executor is not connected.', { retryAfter: 1 }) }
    }
    this.#sockets.handleUpgrade(req, socket, head, (server) => link.join(server))
    return undefined
  }

  /** For whom an executor works. Its token comes as the session token of AWS, beside a signature that proves nothing more. */
  async #whose(
    { headers, socket }: Pick<RequestHead, 'headers' | 'socket'>,
    executor: string
  ): Promise<{ about: ExecutorAbout; identity: Identity } | Refusal> {
    const { identify, isValid, usesExecutors, links } = this.#options
    const identity = await identify({ headers: bearerFrom(headers), socket }, 'executor')
    if (isRefusal(identity)) return identity
    if (!isValid(identity.proof))
      // clocks may differ, but a link that is cut at once would come back at once
      return { error: new GatewayError('unauthenticated', 'The token of this executor has expired.') }
    const { principal, proof } = identity
    const [workspace, ...others] = principal.workspaces === 'all' ? [] : principal.workspaces
    const only = proof.kind === 'jwt' ? proof.claims.executor : undefined
    if (proof.kind !== 'jwt' || principal.scopes === 'all' || workspace === undefined || others.length > 0)
      return forbidden("An executor needs a JWT whose scope names 'executor' and whose 'ws' is one workspace.")
    if (only !== undefined && only !== executor)
      return forbidden(`This token is not for an executor of the name ${executor}.`)
    if (!(await usesExecutors(workspace)))
      return forbidden(`Commands of this workspace run at the gateway, not on executors (CODEX_WORKSPACE_RUNS).`)
    const present = links.of(workspace)
    if (present.length >= most && !present.some(({ about }) => about.executor === executor))
      return { error: new GatewayError('overloaded', 'This workspace has too many executors.', { retryAfter: 60 }) }
    return { about: { workspace, executor, principal: principal.name, address: socket.remoteAddress }, identity }
  }
}

const forbidden = (message: string): Refusal => ({
  error: new GatewayError('forbidden', message, { reason: 'insufficient_scope' })
})

function bearerFrom(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const token = headers['x-amz-security-token']
  return typeof token === 'string' ? { authorization: `Bearer ${token}` } : {}
}

/** An app-server is a process of this gateway: it comes from this machine's own address. */
function isSameMachine({ socket }: IncomingMessage): boolean {
  return socket.remoteAddress !== undefined && socket.remoteAddress === socket.localAddress
}
