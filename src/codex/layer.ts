import { createHash } from 'node:crypto'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CodexSettings } from './settings.ts'
import { tomlFrom } from './toml.ts'

/**
 * Writes settings as a layer over the home's `config.toml`, for `codex exec --profile NAME`, and returns the name.
 * A file and not `-c` flags, so that nothing of it shows in `ps`. Named by its content: gateways may share a home.
 */
export async function writeLayer(codexHome: string, settings: CodexSettings): Promise<string> {
  const text = Object.entries(settings).map(([key, value]) => `${key} = ${tomlFrom(value)}\n`).join('')
  const name = `codex-gateway-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`
  const path = join(codexHome, `${name}.config.toml`)
  const draft = `${path}.${process.pid}`
  await writeFile(draft, text, { mode: 0o600 })
  await rename(draft, path)
  return name
}

/** The same settings as `-c` arguments, for a CLI that has no layers. */
export function settingArguments(settings: CodexSettings): string[] {
  return Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${tomlFrom(value)}`])
}
