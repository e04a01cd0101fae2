import { basename } from 'node:path'
import { writeNamed } from './named-file.ts'
import type { CodexSettings } from './settings.ts'
import { tomlFrom } from './toml.ts'

/**
 * Writes settings as a layer over the `config.toml` of each home, for `codex exec --profile NAME`, and returns the name.
 * A file and not `-c` flags, so that nothing of it shows in `ps`.
 */
export async function writeLayer(codexHomes: readonly string[], settings: CodexSettings): Promise<string> {
  const text = Object.entries(settings)
    .map(([key, value]) => `${key} = ${tomlFrom(value)}\n`)
    .join('')
  const paths = await Promise.all(
    codexHomes.map((home) => writeNamed(home, text, (hash) => `codex-gateway-${hash}${suffix}`))
  )
  return basename(paths[0] ?? '', suffix)
}

const suffix = '.config.toml'

/** The same settings as `-c` arguments, for a CLI that has no layers. */
export function settingArguments(settings: CodexSettings): string[] {
  return Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${tomlFrom(value)}`])
}
