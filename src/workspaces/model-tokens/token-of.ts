import { join } from 'node:path'
import type { Warn } from '../../store/store.ts'
import type { LocatedWorkspace } from '../definition.ts'
import { ModelToken } from './model-token.ts'
import { httpTokenSource } from './source.ts'

/** How tokens for the model provider are fetched. */
export interface ModelTokens {
  /** What the service knows the gateway by. Throws where it cannot be read. */
  secret: () => string
  /** Called with each token, which must appear in no log. */
  onToken?: ((token: string) => void) | undefined
}

/** The token of this workspace; undefined where it has none. Nothing is fetched yet. */
export function tokenOf(
  { definition, codexHome }: LocatedWorkspace,
  { modelTokens, warn }: { modelTokens?: ModelTokens | undefined; warn?: Warn | undefined }
): ModelToken | undefined {
  const { id: workspace, modelTokenUrl: url, apiKey: otherwise } = definition
  if (url === undefined || !modelTokens) return undefined
  const source = httpTokenSource({ url, workspace, otherwise, secret: modelTokens.secret })
  return new ModelToken({
    folder: join(codexHome, 'model-token'),
    workspace,
    source,
    onToken: modelTokens.onToken,
    warn
  })
}
