import { readSecret } from '../../config/secret-file.ts'
import type { Config } from '../../config/config.ts'
import { httpTokenSource } from '../../workspaces/model-tokens/source.ts'
import type { WorkspaceDefinition } from '../../workspaces/definition.ts'
import { fail, pass } from './finding.ts'
import type { Finding } from './finding.ts'

/** Whether the service has a token for this workspace. Undefined where it needs none. */
export async function modelTokenFinding(
  { id, modelTokenUrl: url, apiKey: otherwise }: Pick<WorkspaceDefinition, 'id' | 'modelTokenUrl' | 'apiKey'>,
  { CODEX_MODEL_TOKEN_SECRET_FILE: file }: Config
): Promise<Finding | undefined> {
  if (url === undefined || file === undefined) return undefined
  try {
    const { expiresIn } = await httpTokenSource({ url, workspace: id, otherwise, secret: () => readSecret(file) })()
    return pass(
      `workspace ${id}: a token for the model provider, ${expiresIn === undefined ? 'for ever' : `for ${expiresIn} s`}`
    )
  } catch (error) {
    return fail(
      `workspace ${id}: no token for the model provider: ${(error as Error).message}`,
      `See ${new URL(url).origin} and CODEX_MODEL_TOKEN_SECRET_FILE.`
    )
  }
}
