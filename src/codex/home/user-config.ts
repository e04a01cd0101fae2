import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'smol-toml'

/** What the home's own `config.toml` says that the gateway must know of. */
export interface UserConfig {
  /** It sets `sandbox_mode`, which switches permission profiles off (codex-cli 0.169). */
  sandboxMode: boolean
  /** MCP servers that would start on every turn. */
  mcpServers: string[]
  /** Why the file could not be read; codex would refuse it too. */
  problem?: string
}

/** Reads `config.toml` in CODEX_HOME; a missing one says nothing. */
export async function userConfigIn(codexHome: string): Promise<UserConfig> {
  try {
    const config = parse(await readFile(join(codexHome, 'config.toml'), 'utf8'))
    return { sandboxMode: 'sandbox_mode' in config, mcpServers: startedIn(config['mcp_servers'] ?? {}) }
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    return {
      sandboxMode: false,
      mcpServers: [],
      ...(!missing && { problem: (error as Error).message.split('\n')[0]! })
    }
  }
}

function startedIn(servers: unknown): string[] {
  return Object.entries(servers as Record<string, { enabled?: unknown }>).flatMap(([name, { enabled }]) =>
    enabled === false ? [] : [name]
  )
}
