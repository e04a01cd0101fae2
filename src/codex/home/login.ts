import { access } from 'node:fs/promises'
import { join } from 'node:path'

/** How codex will identify itself to the model provider; `none`: it cannot. */
export type Login = 'key' | 'endpoint' | 'login' | 'none'

/** Looks only whether a login is there, never into it. A dangling link is none. */
export async function loginOf(
  codexHome: string,
  provider: { apiKey?: string | undefined; baseUrl?: string | undefined }
): Promise<Login> {
  if (provider.apiKey !== undefined) return 'key'
  if (provider.baseUrl !== undefined) return 'endpoint'
  return access(join(codexHome, 'auth.json')).then(
    () => 'login' as const,
    () => 'none' as const
  )
}
