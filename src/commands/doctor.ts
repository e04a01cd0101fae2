import { configFrom } from '../config/config.ts'
import { guardFor } from '../app/codex.ts'
import { engineFrom } from '../app/engine.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import { runtimeFrom } from '../workspaces/runtime.ts'
import { GatewayError } from '../turn/error.ts'
import { binaryFindings } from './checks/binary.ts'
import { dotEnvFinding, tokenFinding } from './checks/door.ts'
import { lineFrom, right, wrong } from './checks/finding.ts'
import type { Finding } from './checks/finding.ts'
import { homeFinding } from './checks/home.ts'
import { isolationFinding } from './checks/isolation.ts'
import { loginFinding } from './checks/login.ts'
import { sandboxFinding } from './checks/sandbox.ts'
import { serversFinding } from './checks/servers.ts'
import { turnFinding } from './checks/turn.ts'
import { workspaceFinding } from './checks/workspace.ts'
import { demoFrom } from './demo.ts'
import { environmentWith } from './environment.ts'
import type { Command } from './line.ts'

/** Says what is right and wrong with the set-up, a line each as it is found out. Returns 1 when something needed is wrong. */
export async function doctor({ demo }: Command & { name: 'doctor' }): Promise<number> {
  process.umask(0o077)
  let code = 0
  try {
    for await (const finding of findings(demo)) {
      process.stdout.write(lineFrom(finding))
      if (finding.verdict === 'wrong') code = 1
    }
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    process.stdout.write(lineFrom(wrong(error.message)))
    code = 1
  }
  return code
}

async function* findings(demo: boolean): AsyncGenerator<Finding> {
  const asked = environmentWith({})
  await using standIn = demo ? await demoFrom(asked) : undefined
  const env = standIn?.env ?? asked
  const config = configFrom(env)
  const dotEnv = await dotEnvFinding()
  if (dotEnv) yield dotEnv
  yield tokenFinding(config)
  const runtime = await runtimeFrom(config, env)
  yield* binaryFindings(runtime)
  yield await homeFinding(runtime)
  yield serversFinding(runtime)
  yield await workspaceFinding(runtime, config)
  yield await sandboxFinding(runtime, config.CODEX_SANDBOX)
  await using guard = await guardFor(runtime)
  yield isolationFinding(guard)
  const login = demo ? right('model provider: the stand-in (--demo)') : await loginFinding(runtime)
  yield login
  if (login.verdict === 'wrong') return
  await using engine = engineFrom(config, runtime, guard, createMetrics())
  yield await turnFinding(engine)
}
