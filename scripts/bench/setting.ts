import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { configFrom } from '../../src/config/config.ts'
import { openWorkspaces } from '../../src/app/workspaces.ts'
import type { OpenWorkspaces } from '../../src/app/workspaces.ts'

/** The model that all are asked for: of codex's catalog, and with function tools. */
export const model = 'gpt-5.5'
export const token = 'cgw_the-token-of-the-bench'

/** Slots: more `codex exec` at once only take each other's processor. */
export const execSlots = 8
export const appServerSlots = 256

/** A gateway's whole environment, with a home of its own in `folder`. */
export async function environmentFor(
  folder: string,
  name: string,
  modelUrl: string,
  more: Record<string, string> = {}
): Promise<Record<string, string>> {
  const workspace = join(folder, 'workspace')
  await mkdir(workspace, { recursive: true })
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    CODEX_CLI_HOME: join(folder, name),
    CODEX_WORKSPACE: workspace,
    CODEX_GATEWAY_PORT: '0',
    CODEX_GATEWAY_TOKEN: token,
    CODEX_API_BASE_URL: modelUrl,
    CODEX_API_KEY: 'sk-of-the-bench',
    CODEX_PROFILE: 'bare',
    CODEX_MODEL: model,
    CODEX_MODEL_REASONING_EFFORT: 'low',
    CODEX_MAX_QUEUE: '1024',
    CODEX_QUEUE_TIMEOUT_SECONDS: '300',
    CODEX_MAX_PROMPT_CHARS: '1048576',
    ...more
  }
}

/** What a gateway in that environment prepares before its first turn: codex by hand is run with the same. */
export function workspacesIn(env: Record<string, string>): Promise<OpenWorkspaces> {
  return openWorkspaces(configFrom(env), env)
}
