import type { Runtime } from '../../workspaces/runtime.ts'
import { doubtful, right } from './finding.ts'
import type { Finding } from './finding.ts'

const sources = { CODEX_BIN: 'from CODEX_BIN', PATH: 'from PATH', bundled: 'bundled with the gateway' }

/** Which codex runs the turns, and whether it is one that the gateway was tested with. */
export function binaryFindings({ binary, capabilities }: Runtime): Finding[] {
  const found = right(
    `codex ${capabilities.version ?? 'of unknown version'}, ${sources[binary.source]}: ${binary.path}`
  )
  return [found, ...capabilities.warnings.map((warning) => doubtful(warning))]
}
