import { randomUUID } from 'node:crypto'
import { AwsClient } from 'aws4fetch'
import { beforeAll, describe, expect, it } from 'vitest'
import { s3Store } from '../../../src/workspaces/homes/s3-store.ts'
import { behavesAsStore } from './store-contract.ts'

/** `name=url`, separated by spaces; `scripts/s3-stores.sh` starts them. Their key is `gateway-test`, its secret `gateway-secret`. */
const servers = (process.env['S3_STORES'] ?? '').split(' ').map((server) => server.split('=') as [string, string])

describe.each(servers)('a bucket of %s as a store', (name, server) => {
  const bucket = `homes-${randomUUID()}`
  const credentials = { accessKeyId: 'gateway-test', secretAccessKey: 'gateway-secret' }
  const store = (secretAccessKey = credentials.secretAccessKey) =>
    s3Store({
      url: new URL(`${server}/${bucket}/a/prefix`),
      ...{ region: 'us-east-1', credentials: () => ({ ...credentials, secretAccessKey }), pause: 10 }
    })
  beforeAll(async () => {
    const client = new AwsClient({ ...credentials, service: 's3', region: 'us-east-1' })
    expect((await client.fetch(`${server}/${bucket}`, { method: 'PUT' })).status).toBe(200)
  })
  behavesAsStore(() => store())

  it.runIf(name !== 'moto')('refuses a wrong secret', async () => {
    await expect(store('another-secret').get('a')).rejects.toThrow('the store answered 403 (SignatureDoesNotMatch)')
  })
})
