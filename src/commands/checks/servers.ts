import { join } from 'node:path'
import type { Runtime } from '../../workspaces/runtime.ts'
import { doubtful, right, wrong } from './finding.ts'
import type { Finding } from './finding.ts'

/** Whether the home's own configuration can be read, and which MCP servers it starts with every single request. */
export function serversFinding({ home, userConfig }: Pick<Runtime, 'home' | 'userConfig'>): Finding {
  const path = join(home, '.codex', 'config.toml')
  const { mcpServers, problem } = userConfig
  if (problem !== undefined)
    return wrong(`${path} cannot be read: ${problem}`, 'Mend it: codex does not start with it.')
  if (mcpServers.length === 0) return right('no MCP servers start with a request')
  return doubtful(
    `MCP servers start with every request: ${mcpServers.join(', ')}`,
    `Take them out of ${path} if you can do without.`
  )
}
