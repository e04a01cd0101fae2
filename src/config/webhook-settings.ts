import { isIP } from 'node:net'
import { list, optionalText } from './parse.ts'
import { setting } from './setting.ts'

/** A name, `*.` and a name, an address or a network, each but a network with a port behind it or not. */
export function isDestination(text: string): boolean {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::\d{1,5})?$/.exec(text) ?? []
  const host = bracketed ?? plain ?? text
  const [address = '', bits, more] = host.split('/')
  if (isIP(address) === 0) return bracketed === undefined && /^(?:\*\.)?[a-z\d-]+(?:\.[a-z\d-]+)*$/i.test(host)
  if (bits === undefined) return true
  return more === undefined && /^\d{1,3}$/.test(bits) && Number(bits) <= (isIP(address) === 6 ? 128 : 32)
}

const isSecret = (text: string) =>
  /^whsec_[A-Za-z\d+/]{32,88}={0,2}$/.test(text) && text.slice('whsec_'.length).length % 4 === 0

/** The settings about webhooks, in the order in which people read about them. */
export const webhookSettings = {
  CODEX_WEBHOOK_HOSTS: setting(
    '',
    list.refine(
      (entries) => entries.every(isDestination),
      'must be host names, addresses or networks, separated by commas'
    ),
    'Hosts that webhooks may be sent to, separated by commas: `hooks.example.com`, `*.example.com`, with a port or without. An address that is private, or this machine’s, must be listed itself (`127.0.0.1:9000`, `10.1.0.0/16`), and only there http is allowed. Unset: there are no webhooks.'
  ),
  CODEX_WEBHOOK_SECRET: setting(
    '',
    optionalText.refine(
      (secret) => secret === undefined || isSecret(secret),
      'must be whsec_ and base64 of 24 to 64 bytes'
    ),
    'Signs webhooks to a URL that came without a secret of its own: `whsec_` and base64 of 24 to 64 bytes.'
  )
}
