import { configFrom, environment } from '../config/config.ts'
import type { Config } from '../config/config.ts'
import { checkEngines, enginesFrom } from '../app/engines.ts'
import { openWorkspaces } from '../app/workspaces.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import { GatewayError } from '../turn/error.ts'
import { dotEnvFinding, tokenFinding } from './checks/access.ts'
import { binaryFindings, isolationFinding, serversFinding, userFinding } from './checks/codex.ts'
import { exposedFinding } from './checks/exposed.ts'
import { fail, pass, renderFinding, warn } from './checks/finding.ts'
import type { Finding } from './checks/finding.ts'
import { homeFinding } from './checks/home.ts'
import { homesFinding } from './checks/homes.ts'
import { modelTokenFinding } from './checks/model-token.ts'
import { loginFinding } from './checks/login.ts'
import { openSecretsFinding } from './checks/open-secrets.ts'
import { proxyFinding } from './checks/proxy.ts'
import { sandboxFinding } from './checks/sandbox.ts'
import { turnFinding } from './checks/turn.ts'
import { verifierFinding } from './checks/verifier.ts'
import { workspaceFinding } from './checks/workspace.ts'
import { jwtFinding, remoteFinding } from './checks/remote.ts'
import { workspacesFinding } from './checks/workspaces.ts'
import { demoFrom } from './demo.ts'
import { brokerFindings } from './checks/broker.ts'
import type { MachineRole } from './checks/broker.ts'
import { limitsFinding } from './checks/limits.ts'
import { storeFinding } from './checks/store.ts'
import { CommandError } from './error.ts'
import type { DoctorCommand } from './line.ts'
import { unusedSettings } from './roles.ts'

/** Checks the set-up and prints each result as it is found. Returns 1 if something necessary is wrong. */
export async function doctor(command: DoctorCommand): Promise<number> {
  process.umask(0o077)
  let code = 0
  try {
    for await (const finding of findings(command)) {
      process.stdout.write(renderFinding(finding))
      if (finding.verdict === 'fail') code = 1
    }
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    process.stdout.write(renderFinding(fail(error.message)))
    code = 1
  }
  return code
}

async function* findings({ demo, worker }: DoctorCommand): AsyncGenerator<Finding> {
  const outer = environment()
  const role = roleFrom(outer, worker)
  if (role === 'front end' && demo) throw new CommandError('With CODEX_NATS_URL, --demo is an option of the workers', 2)
  await using demoModel = demo ? await demoFrom(outer) : undefined
  const env = demoModel?.env ?? outer
  const config = configFrom(env)
  checkEngines(config)
  const dotEnv = await dotEnvFinding()
  if (dotEnv) yield dotEnv
  if (role) yield* roleFindings(config, role, outer)
  if (role !== 'worker') yield tokenFinding(config)
  if (role === 'front end') {
    yield* frontEndFindings(config)
    return
  }
  await using opened = await openWorkspaces(config, env)
  const { workspaces, guard } = opened
  const { codex, default: workspace } = workspaces
  yield* binaryFindings(codex)
  yield await homeFinding(workspace)
  yield serversFinding(workspace)
  if (role !== 'worker') yield* credentialFindings(config)
  const named = workspacesFinding(config)
  if (named) yield named
  const reach = { config, binary: codex.binary, searchPath: env['PATH'] }
  yield await workspaceFinding(workspace, config)
  yield exposedFinding({ ...reach, workspace })
  yield openSecretsFinding(workspace, config)
  for (const { id } of workspaces.definitions.slice(1)) {
    const other = await workspaces.get(id)
    yield await workspaceFinding(other, config)
    for (const finding of [exposedFinding({ ...reach, workspace: other }), openSecretsFinding(other, config)])
      if (finding.verdict !== 'pass') yield { ...finding, message: `workspace ${id}: ${finding.message}` }
  }
  for (const definition of workspaces.definitions) {
    const token = await modelTokenFinding(definition, config)
    if (token) yield token
  }
  const homes = await homesFinding(config)
  if (homes) yield homes
  yield await sandboxFinding(workspace, codex, config.CODEX_SANDBOX)
  yield isolationFinding(guard)
  const remote = await remoteFinding(config, guard)
  if (remote) yield remote
  yield userFinding(config, guard)
  const login = demo ? pass('model provider: the built-in demo model (--demo)') : await loginFinding(workspace, codex)
  yield login
  const proxy = await proxyFinding(config, env)
  if (proxy) yield proxy
  if (login.verdict === 'fail' || proxy?.verdict === 'fail') return
  await using engine = enginesFrom({ config, workspaces, guard }, createMetrics()).engine
  yield await turnFinding(engine)
}

/** A gateway without a broker has no role. */
function roleFrom(env: Environment, isWorker: boolean): MachineRole | undefined {
  if (isWorker) return 'worker'
  return env['CODEX_NATS_URL']?.trim() ? 'front end' : undefined
}

async function* roleFindings(config: Config, role: MachineRole, env: Environment): AsyncGenerator<Finding> {
  const unused = unusedSettings(env, role)
  if (unused.length > 0)
    yield warn(`a ${role} does not use ${unused.join(', ')}`, 'docs/machines.md says which settings belong to whom.')
  yield* brokerFindings(config, role)
}

/** A front end has no codex, login or workspace: nothing of them is looked at. */
async function* frontEndFindings(config: Config): AsyncGenerator<Finding> {
  yield* credentialFindings(config)
  const named = workspacesFinding(config)
  if (named) yield named
  const limits = limitsFinding(config)
  if (limits) yield limits
  yield storeFinding(config)
}

async function* credentialFindings(config: Config): AsyncGenerator<Finding> {
  const jwt = jwtFinding(config)
  if (jwt) yield jwt
  const verifier = await verifierFinding(config)
  if (verifier) yield verifier
}

type Environment = Readonly<Record<string, string | undefined>>
