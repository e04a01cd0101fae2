import { GatewayError } from '../turn/error.ts'
import type { BrokerAddress } from './address.ts'

/** An error for the operator, who is to change something. */
export const brokerProblem = (reason: string, cause: unknown): GatewayError =>
  new GatewayError('engine_stopped', `The broker (CODEX_NATS_URL) cannot be used: ${reason}`, { cause })

/** What went wrong with a broker to which there is a connection. */
export function failureOf(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) }
  if (name === 'JetStreamNotEnabled')
    return brokerProblem('JetStream is off. Start nats-server with -js, or with a jetstream block in its file.', error)
  const advice = 'May this user do what a front end does? `codex-gateway doctor` tries it.'
  return brokerProblem(`it did not do what it was asked (${message}). ${advice}`, error)
}

const isThere = 'Is a NATS server running there?'

/** What is wrong and what to do, without the URL's credentials, which the client never sees. */
export function refusedConnection(error: unknown, { tls, ca, user, creds }: Omit<BrokerAddress, 'servers'>): string {
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) }
  const code = (error as { code?: unknown }).code
  if (name === 'AuthorizationError' || /authorization/i.test(message))
    return user === undefined && creds === undefined
      ? 'it wants to know who connects. Write nats://user:password@… in CODEX_NATS_URL, or set CODEX_NATS_CREDS.'
      : 'it refuses the user and password, or CODEX_NATS_CREDS.'
  if (/does not support 'tls'/.test(message))
    return 'it does not speak TLS. Give the server a certificate (tls in its file), or write nats:// in CODEX_NATS_URL.'
  if (!tls && /certificate/i.test(message)) return 'it wants TLS. Write tls:// in CODEX_NATS_URL.'
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `its certificate is for another name. Write one in CODEX_NATS_URL that it is for (${message}).`
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired. Renew it at the server.'
  if (/certificate|self.signed|SSL|TLS/i.test(message))
    return ca === undefined
      ? `its certificate was not accepted (${message}). Set CODEX_NATS_CA to its certificate authority.`
      : `its certificate is not of the authority in CODEX_NATS_CA (${message}).`
  if (/undefined error/.test(message)) return `it closed the connection. ${isThere}`
  if (/unexpected response/.test(message)) return 'what answers there is no NATS server. Is it the port for clients?'
  if (message === 'timeout') return `it does not answer. ${isThere}`
  return `${message.replace(/\.$/, '')}. ${isThere}`
}
