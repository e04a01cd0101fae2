import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CommandError } from '../error.ts'

/** Opens the port and returns which one it is. Throws a `CommandError` that says why it cannot. */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  server.listen({ host, port })
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new CommandError(`Cannot listen on ${host} port ${port}: ${reasonOf(error as NodeJS.ErrnoException)}`)
  }
  return (server.address() as AddressInfo).port
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'something else listens there. Stop that, or set CODEX_GATEWAY_PORT to another port (0 takes a free one).'
    case 'EACCES':
      return 'this user may not open it. Set CODEX_GATEWAY_PORT to one above 1023.'
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'that is not an address of this machine. Set CODEX_GATEWAY_HOST to one that is.'
    default:
      return message
  }
}
