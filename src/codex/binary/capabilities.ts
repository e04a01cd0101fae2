import { runCommand } from '../process/run-command.ts'

/** The codex versions that the tests ran with: same major and minor. */
export const testedVersion = '0.169.0'

/** What an installed CLI reports of itself. What it does not report is `undefined`: then the tested version is assumed. */
export interface Capabilities {
  version?: string
  /** Long flags of `codex exec`, such as `--ephemeral`. */
  flags?: ReadonlySet<string>
  /** Feature names that `--disable` accepts; any other is fatal. */
  features?: ReadonlySet<string>
  warnings: string[]
}

const patience = 10_000

/** Asks the CLI once what it supports. Never throws: nothing but a turn is required of the binary. */
export async function capabilitiesOf(path: string, env: Record<string, string>): Promise<Capabilities> {
  const ask = (...args: string[]) => answer(path, args, env)
  const [version, help, features] = await Promise.all([
    ask('--version'),
    ask('exec', '--help'),
    ask('features', 'list')
  ])
  const found = version?.match(/\d+\.\d+\.\d+\S*/)?.[0]
  const flags = new Set(help?.match(/--[a-z][a-z-]+/g))
  const names = new Set(
    features?.split('\n').flatMap((line) => line.match(/^([a-z][a-z0-9_.]*)\s+\S.*\s(?:true|false)\s*$/)?.[1] ?? [])
  )
  return {
    ...(found !== undefined && { version: found }),
    ...(flags.has('--json') && { flags }),
    ...(names.size > 0 && { features: names }),
    warnings: warningsOf(found)
  }
}

async function answer(path: string, args: string[], env: Record<string, string>): Promise<string | undefined> {
  const result = await runCommand(path, args, { env, timeout: patience }).catch(() => undefined)
  return result?.code === 0 ? result.stdout : undefined
}

function warningsOf(version: string | undefined): string[] {
  if (version === undefined) return ['codex did not say its version; it is used as if it were ' + testedVersion]
  return isTested(version)
    ? []
    : [`codex ${version} is not the tested ${testedVersion}; if turns fail, that may be why`]
}

/** Whether a version of codex is of the tested line: `0.169.3` is. */
export function isTested(version: string): boolean {
  const line = (text: string) => text.split('.').slice(0, 2).join('.')
  return line(version) === line(testedVersion)
}
