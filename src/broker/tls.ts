import { isIP } from 'node:net'
import { checkServerIdentity } from 'node:tls'
import type { ConnectionOptions } from 'node:tls'
import type { BrokerAddress } from './address.ts'

/**
 * How to verify the certificate of the servers. transport-node 3.4.0 names a server by its host, but one that is an address by
 * nothing, which Node.js takes for `localhost`: a certificate that is for the address would be refused.
 */
export function tlsOptionsFor({ servers, ca }: Pick<BrokerAddress, 'servers' | 'ca'>): object {
  const addresses = servers
    .map((server) => new URL(server).hostname.replace(/^\[|\]$/g, ''))
    .filter((host) => isIP(host))
  const options: Pick<ConnectionOptions, 'ca' | 'checkServerIdentity'> = {
    ...(ca !== undefined && { ca }),
    checkServerIdentity(host, certificate) {
      const problem = checkServerIdentity(host, certificate)
      const isFor = (address: string) => checkServerIdentity(address, certificate) === undefined
      return problem && host === 'localhost' && addresses.some(isFor) ? undefined : problem
    }
  }
  return options
}
