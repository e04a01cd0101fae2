import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBroker } from '../../src/app/broker.ts'
import { connectTo } from '../../src/broker/connect.ts'
import { inspectNats } from '../../src/broker/inspect.ts'
import { configFrom } from '../../src/config/config.ts'
import { makeAuthority } from '../support/certificates.ts'
import type { Authority } from '../support/certificates.ts'
import { needing } from '../support/left-out.ts'
import { natsServer, startNats } from '../support/nats.ts'
import type { Nats } from '../support/nats.ts'

const users = 'authorization { user: front, password: right }'

needing('nats-server and openssl', natsServer !== undefined && existsSync('/usr/bin/openssl'), () => {
  describe('a broker with TLS', () => {
    let folder: string
    let [own, foreign] = [] as unknown as [Authority, Authority]
    /** With certificates for its address, for `localhost` and for another name; and one without any. */
    let [byAddress, byName, elsewhere, plain] = [] as unknown as [Nats, Nats, Nats, Nats]

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'tls-'))
      own = await makeAuthority(folder, 'own')
      foreign = await makeAuthority(folder, 'foreign')
      const names = ['IP:127.0.0.1', 'DNS:localhost', 'DNS:nats.example']
      const configs = await Promise.all(names.map((name, index) => own.certificate(`server-${index}`, name)))
      const [one, two, three, four] = await Promise.all(
        [...configs, ''].map((config) => startNats({ config: `${config}\n${users}` }))
      )
      ;[byAddress, byName, elsewhere, plain] = [one!, two!, three!, four!]
    })
    afterAll(async () => {
      for (const nats of [byAddress, byName, elsewhere, plain]) await nats[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    })

    const settings = (nats: Nats, { scheme = 'tls', host = '127.0.0.1', password = 'right', ca = own.file }) => ({
      CODEX_NATS_URL: `${scheme}://front:${password}@${host}:${nats.port}`,
      ...(ca !== '' && { CODEX_NATS_CA: ca })
    })

    it.each([
      ['an address', () => byAddress, '127.0.0.1'],
      ['a name', () => byName, 'localhost']
    ])('is used by %s, encrypted, and again after it has restarted', async (_, nats, host) => {
      const config = configFrom(settings(nats(), { host }))
      await using opened = await openBroker(config, 'f', 'front1')
      const { broker, subjects } = opened
      await broker.line.prepare()
      const { servers = [], ...user } = config.CODEX_NATS_URL ?? {}
      const address = { servers, tls: true, ca: own.text, ...user }
      const facts = await inspectNats({ address, subjects, role: 'f', id: 'doctor', listenMs: 0 })
      expect(facts).toMatchObject({ isEncrypted: true, knowsUsers: true, missing: [] })
      await nats().kill()
      await expect.poll(() => broker.mail.isUp).toBe(false)
      await nats().start()
      await expect.poll(() => broker.mail.isUp, { timeout: 10_000 }).toBe(true)
      await broker.line.prepare()
      expect(await broker.line.put('owner', { turn: 'a', front: 'b' })).toBe(1)
    })

    it.each([
      ['of another authority', () => byAddress, () => ({ ca: foreign.file }), /not of the authority in CODEX_NATS_CA/],
      ['of an unknown authority', () => byAddress, () => ({ ca: '' }), /was not accepted .* Set CODEX_NATS_CA to its/],
      ['for another name', () => elsewhere, () => ({}), /is for another name\. Write one in CODEX_NATS_URL/],
      ['for its address alone', () => byAddress, () => ({ host: 'localhost' }), /is for another name\. /],
      ['that nats:// does not expect', () => byAddress, () => ({ scheme: 'nats' }), /wants TLS\. Write tls:\/\/ in/],
      ['that there is not', () => plain, () => ({}), /does not speak TLS\. Give the server a certificate/],
      ['and the wrong password', () => byAddress, () => ({ password: 'wrong' }), /refuses the user and password/]
    ])('with a certificate %s is refused, with a sentence that says what to do', async (_, nats, how, sentence) => {
      const refusal = openBroker(configFrom(settings(nats(), how())), 'f', 'front1').then(
        () => 'it was not refused',
        (error: Error) => error.message
      )
      expect(await refusal).toMatch(/^The broker \(CODEX_NATS_URL\) cannot be used: it/)
      expect(await refusal).toMatch(sentence)
      expect(await refusal).not.toMatch(/right|wrong/)
    })

    it('needs a file with certificates in CODEX_NATS_CA', async () => {
      const file = join(folder, 'no.pem')
      await writeFile(file, 'hello')
      expect(() => configFrom(settings(byAddress, { ca: file }))).toThrow(
        /CODEX_NATS_CA names a file without a PEM certificate/
      )
    })

    it('is no other program that listens there', async () => {
      const other = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1')
      await expect.poll(() => other.listening).toBe(true)
      const address = { servers: [`nats://127.0.0.1:${(other.address() as AddressInfo).port}`], tls: false }
      await expect(connectTo(address, { name: 'x', inbox: '_INBOX_f.x' })).rejects.toThrow(/no NATS server\. Is it the/)
      other.close()
    })
  })
})
