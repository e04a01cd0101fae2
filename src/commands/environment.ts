import { environment } from '../config/config.ts'

/** The environment and `.env`, with the address from the command line, which wins. */
export function environmentWith({
  host,
  port
}: {
  host?: string | undefined
  port?: string | undefined
}): Record<string, string | undefined> {
  return {
    ...environment(),
    ...(host !== undefined && { CODEX_GATEWAY_HOST: host }),
    ...(port !== undefined && { CODEX_GATEWAY_PORT: port })
  }
}
