import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Principal } from '../access/principal.ts'
import type { ErrorDialect } from './api.ts'
import type { Checks } from './door/checks.ts'
import type { canonicalUrl } from './door/paths.ts'
import { isRefusal } from './door/verdict.ts'
import type { Refusal } from './door/verdict.ts'
import { refuse } from './raw.ts'

/** Whose connection it becomes, or why it does not. */
export type UpgradeCheck = (req: IncomingMessage) => Promise<Principal | Refusal>

/**
 * The checks of an ordinary request, for one that offers to upgrade its connection. CORS has no part in it: browsers send no
 * preflight before they open a WebSocket, so the check of the Origin in `screen` is the only one.
 *
 * No upgrade is served yet, and the server has no listener for `upgrade`: while it has none, Node (20 to 24) ignores every such offer
 * and the request is answered in HTTP/1.1, as RFC 9110 (7.8) allows. With the first listener Node hands over every connection
 * with an `Upgrade` header, also the h2c offers of curl and Java. A listener must therefore
 * - take the connection out of the pipelining: `Pipelines.detach(socket)`;
 * - give back what it does not serve: `socket.unshift` the bytes that came after the head, then the head itself, written from
 *   `rawHeaders` without `Upgrade`, and emit `connection` on the server, which then parses both (tried on Node 20). From Node 24.9 on
 *   the option `shouldUpgradeCallback` of `createServer` is simpler;
 * - close its connections when the gateway stops: `closeAllConnections` does not include them.
 */
export function upgradeCheck({ screen, admit }: Checks, canonical: ReturnType<typeof canonicalUrl>): UpgradeCheck {
  return async (req) => {
    const verdict = screen(req) ?? (await admit(req, canonical(req.url ?? '').path))
    return isRefusal(verdict) ? verdict : verdict.principal
  }
}

/** The principal of an offer that passes; otherwise undefined, and its connection is answered with the error and closed. */
export async function admitUpgrade(
  check: UpgradeCheck,
  req: IncomingMessage,
  socket: Duplex,
  dialect: ErrorDialect
): Promise<Principal | undefined> {
  const verdict = await check(req)
  if (!isRefusal(verdict)) return verdict
  refuse(socket, verdict.error, dialect, verdict.headers)
  return undefined
}
