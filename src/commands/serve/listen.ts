import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CommandError } from '../error.ts'

/** Starts listening and returns the port. Throws a `CommandError` with the reason if it cannot. */
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
      return 'another program is using it. Stop that program, or set CODEX_GATEWAY_PORT to another port (0 picks a free one).'
    case 'EACCES':
      return 'this user may not open it. Set CODEX_GATEWAY_PORT to a port above 1023.'
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'this machine does not have that address. Set CODEX_GATEWAY_HOST to one that it has.'
    default:
      return message
  }
}
