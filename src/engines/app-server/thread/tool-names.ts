/** Letters that a name may have. */
const maxLength = 128

/** Names of tools in both directions: codex reserves some, and refuses a turn that offers them (codex-cli 0.169). */
export interface ToolNames {
  /** What the model reads: the caller's name, or one that contains it. */
  toCodex: (name: string) => string
  /** The caller's name; undefined for a tool that is none of the caller's. */
  fromCodex: (name: string) => string | undefined
}

/** The names of one turn. Every name of codex's is one tool's. */
export function toolNames(names: readonly string[]): ToolNames {
  const codexNames = new Map<string, string>()
  const taken = new Set(names.filter((name) => !isReserved(name)))
  for (const name of names) codexNames.set(name, isReserved(name) ? unused(name, taken) : name)
  const originals = new Map([...codexNames].map(([name, codexName]) => [codexName, name]))
  return {
    toCodex: (name) => codexNames.get(name) ?? (isReserved(name) ? renamed(name, '') : allowed(name)),
    fromCodex: (name) => originals.get(name)
  }
}

/** A name of the history, where other providers allow more than the model's. */
function allowed(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, maxLength)
}

function isReserved(name: string): boolean {
  return /^(?:mcp|mcp__.*|exec_command|shell_command)$/.test(name)
}

function unused(name: string, taken: Set<string>): string {
  let found = renamed(name, '')
  for (let number = 2; taken.has(found); number++) found = renamed(name, `_${number}`)
  taken.add(found)
  return found
}

function renamed(name: string, suffix: string): string {
  return `tool_${name}`.slice(0, maxLength - suffix.length) + suffix
}
