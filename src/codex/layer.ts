import { basename } from 'node:path'
import { writeNamed } from './named-file.ts'
import type { CodexSettings } from './settings.ts'
import { tomlFrom } from './toml.ts'

/**
 * Writes settings as a layer over the home's `config.toml`, for `codex exec --profile NAME`, and returns the name.
 * A file and not `-c` flags, so that nothing of it shows in `ps`.
 */
export async function writeLayer(codexHome: string, settings: CodexSettings): Promise<string> {
  const text = Object.entries(settings).map(([key, value]) => `${key} = ${tomlFrom(value)}\n`).join('')
  return basename(await writeNamed(codexHome, text, (hash) => `codex-gateway-${hash}${suffix}`), suffix)
}

const suffix = '.config.toml'

/** The same settings as `-c` arguments, for a CLI that has no layers. */
export function settingArguments(settings: CodexSettings): string[] {
  return Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${tomlFrom(value)}`])
}
