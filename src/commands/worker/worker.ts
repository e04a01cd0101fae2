import { healthApi } from '../../api/health/api.ts'
import { metricsApi } from '../../api/metrics/api.ts'
import { createGateway } from '../../app/gateway.ts'
import type { Gateway } from '../../app/gateway.ts'
import { openWorker } from '../../app/worker.ts'
import type { OpenWorker } from '../../app/worker.ts'
import { forbidCoreDumps } from '../../codex/process/core-dumps.ts'
import { configFrom, secretsOf } from '../../config/config.ts'
import type { Config } from '../../config/config.ts'
import { createLog } from '../../telemetry/log.ts'
import type { Log } from '../../telemetry/log.ts'
import { checkExposed } from '../checks/exposed.ts'
import { renderFinding } from '../checks/finding.ts'
import { checkOpenSecrets } from '../checks/open-secrets.ts'
import { environmentWith } from '../environment.ts'
import type { ServeCommand } from '../line.ts'
import { unusedSettings } from '../roles.ts'
import { listen } from '../serve/listen.ts'
import { startupFindings } from '../serve/findings.ts'
import { untilStopped } from '../serve/shutdown.ts'
import { urlFrom } from '../shell.ts'

/** Runs turns of front ends until a signal or a fatal error stops it. Returns the exit code. */
export async function worker(command: ServeCommand): Promise<number> {
  process.umask(0o077) // for what codex writes, too
  await forbidCoreDumps()
  const outer = environmentWith(command)
  await using demo = command.demo ? await demoFrom(outer) : undefined
  const env = demo?.env ?? outer
  const config = configFrom(env)
  const log = createLog({ terminal: process.stdout.isTTY })
  const unused = unusedSettings(outer, 'worker')
  if (unused.length > 0) log.warn({ settings: unused }, 'settings that only front ends use')
  const check = checkOpenSecrets(config)
  let giveWay = () => {}
  await using opened = await openWorker(config, env, {
    log,
    warn: (fields, message) => log.warn(fields, message),
    check,
    checked({ workspaces }) {
      const reach = { config, binary: workspaces.codex.binary, searchPath: env['PATH'] }
      checkExposed(workspaces.definitions, reach)
      check(workspaces.default)
    },
    onSameName: () => giveWay()
  })
  const { worker } = opened
  await using gateway = statusGateway(opened, { config, log })
  const wantsPort = command.host !== undefined || command.port !== undefined
  const url = wantsPort ? await listenFor(gateway, config) : undefined
  const stop = stopOf(opened, gateway, config)
  const secrets = secretsOf(config)
  const reload = () => Promise.reject(new Error('a worker has no tokens; restart it to read its settings again'))
  const end = untilStopped({ gateway: { stop }, log, secrets, reload, seconds: config.CODEX_DRAIN_SECONDS })
  giveWay = () => {
    log.fatal({ worker: worker.name }, 'another worker has the same name: set CODEX_WORKER_NAME to another name')
    process.kill(process.pid, 'SIGTERM')
  }
  log.info({ worker: worker.name, ...(url !== undefined && { url }) }, 'taking turns')
  const findings = await startupFindings(config, opened.workspaces, opened.guard, 'worker')
  process.stderr.write(bannerFrom(opened, config, findings.map(renderFinding)))
  return await end // awaited here, so that nothing is disposed of before
}

/** Health and metrics; nobody sees them before it listens. */
function statusGateway({ readiness, metrics }: OpenWorker, { config, log }: { config: Config; log: Log }): Gateway {
  const apis = [healthApi({ readiness, facts: { role: 'worker' } }), metricsApi(metrics.exposition)]
  const engine = { name: 'none', run: nothing, [Symbol.asyncDispose]: () => Promise.resolve() }
  return createGateway({ config, log, engine, apis: () => apis })
}

async function* nothing(): AsyncGenerator<never> {}

async function listenFor(gateway: Gateway, config: Config): Promise<string> {
  const port = await listen(gateway.server, config.CODEX_GATEWAY_HOST, config.CODEX_GATEWAY_PORT)
  return urlFrom(config.CODEX_GATEWAY_HOST, port)
}

/** Called again, it does not wait for running turns. */
function stopOf({ worker, stopServing }: OpenWorker, gateway: Gateway, config: Config): () => Promise<void> {
  const hurry = new AbortController()
  let stopping: Promise<void> | undefined
  return () => {
    if (stopping) {
      hurry.abort()
      void stopServing()
    }
    const drained = () =>
      Promise.all([worker.drain(config.CODEX_DRAIN_SECONDS * 1000, hurry.signal), stopServing()]).then(gateway.stop)
    return (stopping ??= drained())
  }
}

function bannerFrom({ worker, workspaces }: OpenWorker, config: Config, findings: readonly string[]): string {
  const { capabilities } = workspaces.codex
  const { folder, sandbox } = workspaces.default
  return `Codex Gateway worker ${worker.name} takes turns of ${config.CODEX_NATS_URL?.servers.join(', ')}

  codex    ${capabilities.version ?? 'of unknown version'}; ${config.CODEX_MAX_CONCURRENCY} slots
  sandbox  ${sandbox}, in ${folder}
${findings.join('')}
`
}

/** Loaded only for `--demo`; see `serve`. */
async function demoFrom(env: Record<string, string | undefined>) {
  const demo = await import('../demo.ts')
  return demo.demoFrom(env)
}
