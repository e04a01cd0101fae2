import { Tokens } from '../../access/tokens.ts'
import { jwtKindsOf, jwtsFor } from '../../app/access.ts'
import { builtPage } from '../../app/page.ts'
import { setRules } from '../../app/ledger.ts'
import { openFrontEnd } from '../../app/front-end.ts'
import { createGateway } from '../../app/gateway.ts'
import { prepareStore, storeFor } from '../../app/storage.ts'
import { configFrom, credentialsOf, secretsOf } from '../../config/config.ts'
import { createLog } from '../../telemetry/log.ts'
import { limitsFinding } from '../checks/limits.ts'
import { CommandError } from '../error.ts'
import { environmentWith } from '../environment.ts'
import type { ServeCommand } from '../line.ts'
import { unusedSettings } from '../roles.ts'
import { urlFrom } from '../shell.ts'
import { curlLineFor } from './curl.ts'
import { listen } from './listen.ts'
import { stopTimes, untilStopped } from './shutdown.ts'

/** `serve` where turns run on workers: no codex, login or workspace is needed here. Returns the exit code. */
export async function serveFrontEnd(command: ServeCommand, starting: Disposable): Promise<number> {
  if (command.demo) throw new CommandError('With CODEX_NATS_URL, --demo is an option of the workers', 2)
  const read = () => environmentWith(command)
  const env = read()
  const config = configFrom(env)
  const log = createLog({ terminal: process.stdout.isTTY })
  const tokens = new Tokens(credentialsOf(config))
  const jwts = jwtsFor(config)
  const secrets = new Set(secretsOf(config))
  const unused = unusedSettings(env, 'front end')
  if (unused.length > 0) log.warn({ settings: unused }, 'settings that only workers use')
  const limits = limitsFinding(config)
  if (limits) log.warn({ advice: limits.advice }, limits.message)
  using store = storeFor(config, (fields, message) => log.warn(fields, message))
  await using frontEnd = await openFrontEnd(config, env, store)
  await prepareStore(store, config, tokens)
  await using shared = await frontEnd.share(store)
  const { sharedTasks } = shared
  const page = builtPage()
  const times = stopTimes(config)
  await using gateway = createGateway({
    ...{ config, log, tokens, jwts, secrets, store, page, times, sharedTasks },
    ...frontEnd
  })
  const port = await listen(gateway.server, config.CODEX_GATEWAY_HOST, config.CODEX_GATEWAY_PORT)
  const url = urlFrom(config.CODEX_GATEWAY_HOST, port)
  const reload = async () => {
    const next = configFrom(read())
    for (const secret of secretsOf(next)) secrets.add(secret) // the replaced ones stay: clients still send them
    const credentials = credentialsOf(next)
    tokens.check(credentials)
    frontEnd.replaceWorkspaces({ ...config, CODEX_WORKSPACES_FILE: next.CODEX_WORKSPACES_FILE })
    tokens.replace(credentials)
    jwts?.replace(jwtKindsOf(next))
    if (frontEnd.ledger) setRules(frontEnd.ledger, next)
  }
  const end = untilStopped({ gateway, log, secrets, reload, seconds: config.CODEX_DRAIN_SECONDS })
  if (!process.stdout.isTTY) log.info({ url }, 'listening')
  const curl = curlLineFor(url, config, process.stderr.isTTY)
  process.stderr.write(
    `Codex Gateway is listening at ${url}/v1\n\n  turns    run on workers; broker ${config.CODEX_NATS_URL?.servers.join(', ')}\n\nTry it:\n\n  ${curl}\n\n`
  )
  starting[Symbol.dispose]()
  return await end // awaited here, so that nothing is disposed of before
}
