import { createServer } from 'node:http'
import { describe, expect, it } from 'vitest'
import { listen } from '../../src/commands/serve/listen.ts'

describe('opening the port', () => {
  it('says which free one it took', async () => {
    const server = createServer()
    expect(await listen(server, '127.0.0.1', 0)).toBeGreaterThan(1023)
    server.close()
  })

  it.each(['192.0.2.1', 'no-such-host.invalid'])('explains why it cannot be done on %s', async (host) => {
    await expect(listen(createServer(), host, 8000)).rejects.toThrow(
      `Cannot listen on ${host} port 8000: this machine does not have that address. Set CODEX_GATEWAY_HOST to one that it has.`
    )
  })
})
