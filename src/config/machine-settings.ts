import { z } from 'zod'
import { natsServers } from './nats-url.ts'
import { checkPrivate, readNamedFile } from './named-file.ts'
import { fileReadBy, flag, integer, text } from './parse.ts'
import { setting } from './setting.ts'

const caFile = fileReadBy((path) => {
  const { text } = readNamedFile(path)
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new Error(`names a file without a PEM certificate: ${path}`)
  return { path, text }
})

const credsFile = fileReadBy((path) => {
  const { stats, text } = readNamedFile(path)
  checkPrivate(stats, path)
  if (!text.includes('-----BEGIN NATS USER JWT-----')) throw new Error(`names a file without a NATS user JWT: ${path}`)
  return { path, text }
})

const optionalName = text
  .refine((value) => /^([\w-]{1,64})?$/.test(value), 'must be at most 64 letters, digits, "-" and "_"')
  .transform((value) => (value === '' ? undefined : value))

/** The settings about several machines, in the order in which people read about them. */
export const machineSettings = {
  CODEX_NATS_URL: setting(
    '',
    natsServers,
    'NATS servers, separated by commas: `nats://` or `tls://`, with user and password if they want any. Set: `serve` is a front end, whose turns run on `codex-gateway worker`s. See docs/machines.md.'
  ),
  CODEX_NATS_CREDS: setting(
    '',
    credsFile,
    'NATS `.creds` file (JWT and key), mode 0600, instead of user and password.'
  ),
  CODEX_NATS_CA: setting('', caFile, 'Certificate authority of the NATS servers, a PEM file. Unset: those of Node.js.'),
  CODEX_NATS_PLAIN: setting(
    '0',
    flag,
    'Allow `nats://` without TLS to other machines: for a private network that nobody else can read.'
  ),
  CODEX_NATS_NAME: setting(
    'cg',
    z.string().regex(/^[a-z0-9_]{1,16}$/, 'must be 1 to 16 lower-case letters, digits and "_"'),
    'What all subjects, streams and buckets in NATS begin with: one NATS can serve several installations.'
  ),
  CODEX_NATS_REPLICAS: setting(
    '1',
    integer(1, 5),
    'Copies that NATS has of the queue and of what is stored: 3 with a cluster of three servers or more.'
  ),
  CODEX_WORKER_NAME: setting(
    '',
    optionalName,
    'What a worker is called, which no other may be. Unset: a random name, stored in the CLI home.'
  ),
  CODEX_WORKER_EPHEMERAL: setting(
    '0',
    flag,
    'The CLI home of a worker does not outlive it (a container without a volume): when it is gone, owners of threads and sessions start over on another worker.'
  ),
  CODEX_DRAIN_SECONDS: setting(
    '30',
    integer(0, 86_400),
    'Seconds that running turns have to finish when a gateway or a worker is stopped.'
  )
}
