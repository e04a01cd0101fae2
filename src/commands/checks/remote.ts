import type { Guard } from '../../codex/process/guard.ts'
import { hasRequirements } from '../../codex/process/requirements.ts'
import type { Config } from '../../config/config.ts'
import { pass, warn } from './finding.ts'
import type { Finding } from './finding.ts'

/** Who holds remote TUIs to what the operator allows. Undefined where there are none. */
export async function remoteFinding(
  { CODEX_REMOTE: isOn, CODEX_REMOTE_SANDBOX: sandbox }: Config,
  guard: Pick<Guard, 'canRequire' | 'means'>
): Promise<Finding | undefined> {
  if (!isOn) return undefined
  if (guard.means === 'namespace' && hasRequirements())
    return warn(
      `remote TUIs: the gateway’s filter allows at most ${sandbox}; codex follows this machine’s own requirements`,
      'Set allowed_sandbox_modes in /etc/codex/requirements.toml to no more than CODEX_REMOTE_SANDBOX.'
    )
  if (await guard.canRequire())
    return pass(`remote TUIs: at most ${sandbox}, by the gateway’s filter and by codex’s own requirements`)
  return warn(
    `remote TUIs: at most ${sandbox}, by the gateway’s filter alone`,
    'Allow unprivileged user namespaces and overlayfs, so that codex can hold the same bounds itself.'
  )
}

/** Whether the secrets that sign tokens are there and long enough, which the settings have checked. Undefined where none are set. */
export function jwtFinding({ CODEX_JWT_SECRET_FILE: file }: Config): Finding | undefined {
  if (!file) return undefined
  const least = Math.min(...file.secrets.map((secret) => Buffer.byteLength(secret)))
  return pass(`JWTs: ${file.secrets.length} secret(s), the shortest with ${least} bytes`)
}
