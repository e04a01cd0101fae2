/** What a codex setting may be. */
export type TomlValue = string | number | boolean | TomlValue[] | { [key: string]: TomlValue }

/** A value as TOML on one line, for `-c key=value` and for files. */
export function tomlFrom(value: TomlValue): string {
  if (typeof value === 'string') return tomlString(value)
  if (Array.isArray(value)) return `[${value.map(tomlFrom).join(', ')}]`
  if (typeof value !== 'object') return String(value)
  return `{${Object.entries(value)
    .map(([key, inner]) => `${tomlString(key)} = ${tomlFrom(inner)}`)
    .join(', ')}}`
}

/** JSON escapes what TOML basic strings must, but for DEL. */
function tomlString(text: string): string {
  return JSON.stringify(text).replaceAll('\u007f', '\\u007F')
}
