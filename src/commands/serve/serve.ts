import { configFrom, credentialsOf, secretsOf } from '../../config/config.ts'
import { forbidCoreDumps } from '../../codex/process/core-dumps.ts'
import { jwtKindsOf, jwtsFor } from '../../app/access.ts'
import { setRules } from '../../app/ledger.ts'
import { openCodex } from '../../app/codex.ts'
import { definitionsFrom } from '../../app/definitions.ts'
import { builtPage } from '../../app/page.ts'
import { prepareStore, storeFor } from '../../app/storage.ts'
import { createGateway } from '../../app/gateway.ts'
import { ApiKeys } from '../../access/api-keys.ts'
import { Tokens } from '../../access/tokens.ts'
import type { Warn } from '../../store/store.ts'
import { createLog } from '../../telemetry/log.ts'
import { checkExposed } from '../checks/exposed.ts'
import { checkOpenSecrets } from '../checks/open-secrets.ts'
import { environmentWith } from '../environment.ts'
import type { ServeCommand } from '../line.ts'
import { urlFrom } from '../shell.ts'
import { bannerFrom } from './banner.ts'
import { curlLineFor } from './curl.ts'
import { startupFindings } from './findings.ts'
import { listen } from './listen.ts'
import { stopTimes, untilStopped } from './shutdown.ts'

/** Serves until a signal or a fatal error stops it; disposes of `starting` when it is ready. Returns the exit code. */
export async function serve(command: ServeCommand, starting: Disposable): Promise<number> {
  process.umask(0o077) // for what codex writes, too
  await forbidCoreDumps()
  const read = () => environmentWith(command)
  if (isFrontEnd(read())) return (await import('./front-end.ts')).serveFrontEnd(command, starting)
  await using demo = command.demo ? await demoFrom(read()) : undefined
  const env = demo?.env ?? read()
  const config = configFrom(env)
  const log = createLog({ terminal: process.stdout.isTTY })
  const warn: Warn = (fields, message) => log.warn(fields, message)
  const tokens = new Tokens(credentialsOf(config))
  const jwts = jwtsFor(config)
  const secrets = new Set(secretsOf(config))
  const check = checkOpenSecrets(config)
  using store = storeFor(config, warn)
  await using codex = await openCodex(config, env, {
    ...{ warn, tokens, check, store },
    onSecret: (secret) => secrets.add(secret)
  })
  const { engine, workspaces, guard } = codex
  const reach = { config, binary: workspaces.codex.binary, searchPath: env['PATH'] }
  checkExposed(workspaces.definitions, reach)
  check(workspaces.default)
  await prepareStore(store, config, tokens)
  const page = builtPage()
  if (!page) log.warn({}, 'the page for browsers is not there: it is not built; `npm run build` builds it')
  const times = stopTimes(config)
  await using gateway = createGateway({ config, log, tokens, jwts, secrets, store, page, times, ...codex })
  const url = urlFrom(
    config.CODEX_GATEWAY_HOST,
    await listen(gateway.server, config.CODEX_GATEWAY_HOST, config.CODEX_GATEWAY_PORT)
  )
  const reload = async () => {
    const next = configFrom(read())
    for (const secret of secretsOf(next)) secrets.add(secret) // the replaced ones stay: clients still send them
    const credentials = credentialsOf(next)
    tokens.check(credentials)
    const now = { ...config, CODEX_WORKSPACES_FILE: next.CODEX_WORKSPACES_FILE }
    const definitions = definitionsFrom(now, env)
    checkExposed(definitions, { ...reach, config: now })
    await workspaces.replace(definitions)
    tokens.replace(credentials)
    jwts?.replace(jwtKindsOf(next), next.CODEX_REVOKED_FILE?.ids)
    if (codex.ledger) setRules(codex.ledger, next)
    const keys = new ApiKeys(store)
    const vouched = jwts !== undefined || config.CODEX_TOKEN_VERIFIER_URL !== undefined
    engine.release?.((owner) => vouched || tokens.hasPrincipal(owner) || keys.hasPrincipal(owner))
  }
  const end = untilStopped({ gateway, log, secrets, reload, seconds: config.CODEX_DRAIN_SECONDS })
  if (!process.stdout.isTTY) log.info({ url }, 'listening')
  const curl = curlLineFor(url, config, process.stderr.isTTY)
  const findings = await startupFindings(config, workspaces, guard)
  process.stderr.write(bannerFrom({ url, config, workspaces, curl, findings, engine: engine.name, demo: command.demo }))
  starting[Symbol.dispose]()
  return await end // awaited here, so that nothing is disposed of before
}

/** Whether turns run on workers. Where they do not, nothing of the broker is loaded. */
const isFrontEnd = (env: Record<string, string | undefined>) => Boolean(env['CODEX_NATS_URL']?.trim())

/**
 * Loaded only for `--demo`. In a function of its own, for beside `await using` TypeScript 6.0 and 7.0 do not rewrite
 * the extension.
 */
async function demoFrom(env: Record<string, string | undefined>) {
  const demo = await import('../demo.ts')
  return demo.demoFrom(env)
}
