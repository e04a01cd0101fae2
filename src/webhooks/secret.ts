import { createHmac, randomBytes } from 'node:crypto'
import type { Seal } from '../store/seal.ts'

/** Whether a text is a secret as Standard Webhooks writes it: `whsec_` and base64 of 24 to 64 bytes. */
export function isWebhookSecret(text: string): boolean {
  const [, encoded] = /^whsec_((?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?)$/.exec(text) ?? []
  const bytes = encoded === undefined ? 0 : Buffer.from(encoded, 'base64').length
  return bytes >= 24 && bytes <= 64
}

/** A secret from the store: sealed with one of these keys, or as gateways before 0.2 stored it. Undefined where it was sealed with another key. */
export function secretFrom(seals: readonly Seal[], stored: string): string | undefined {
  if (isWebhookSecret(stored)) return stored
  for (const seal of seals)
    try {
      return seal.open(stored)
    } catch {
      // it was sealed with another key
    }
  return undefined
}

export const newWebhookSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`

/** What identifies a message and proves who sent it, as Standard Webhooks and OpenAI's SDKs (`webhooks.unwrap`) verify it. */
export function signedHeaders(
  message: { id: string; body: string },
  secrets: readonly string[],
  now = Date.now()
): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000))
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
    return `v1,${createHmac('sha256', key).update(`${message.id}.${timestamp}.${message.body}`).digest('base64')}`
  })
  return { 'webhook-id': message.id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}
