import type { UnsupportedPolicy } from '../../http/parameters.ts'
import { GatewayError } from '../../turn/error.ts'

const honoured: readonly string[] = ['codex.work', 'reasoning.encrypted_content']

/** Whether a request asks for the model's reasoning in encrypted form. */
export function wantsEncryptedReasoning({ include }: { include?: readonly string[] | null | undefined }): boolean {
  return include?.includes('reasoning.encrypted_content') ?? false
}

/** `['include']` for values without effect. Throws `unsupported` where they are to be refused. */
export function ignoredInclude(include: readonly string[] | null | undefined, policy: UnsupportedPolicy): string[] {
  const unknown = include?.find((value) => !honoured.includes(value))
  if (unknown === undefined) return []
  if (policy !== 'reject') return ['include']
  throw new GatewayError(
    'unsupported',
    `Unsupported value: 'include'. It may name ${honoured.join(' and ')}, and not ${JSON.stringify(unknown)}.`,
    { param: 'include' }
  )
}
