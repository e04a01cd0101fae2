import { z } from 'zod'
import type { Operation } from '../../http/api.ts'
import { GatewayError } from '../../turn/error.ts'

const vault = '/vaults/{id}'
const credential = `${vault}/credentials/{credentialId}`

/** Methods and paths of what there is for vaults. */
const refused = [
  ['post', '/vaults'],
  ['get', '/vaults'],
  ['get', vault],
  ['post', vault],
  ['delete', vault],
  ['post', `${vault}/credentials`],
  ['get', `${vault}/credentials`],
  ['get', credential],
  ['post', credential],
  ['delete', credential]
] as const

/** The operations on vaults, which are refused with a reason. */
export const vaultOperations: readonly Operation[] = refused.map(([method, path]) => ({
  method,
  path,
  summary: 'Not offered: credentials are the operator’s business.',
  answer: z.object({}),
  handle() {
    throw new GatewayError(
      'unsupported',
      'Vaults are not offered: credentials are the operator’s business. Send `authorization` or `headers` with an MCP tool instead.',
      { reason: 'unsupported_operation' }
    )
  }
}))
