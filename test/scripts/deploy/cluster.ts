import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import type { Manifest } from './chart.ts'

/** As much of the API of Kubernetes as `lookup` of a Secret needs: it has the Secrets among `manifests`. */
export async function clusterWith(manifests: readonly Manifest[]) {
  const secrets = new Map(manifests.filter(({ kind }) => kind === 'Secret').map((one) => [one.metadata.name, one]))
  const server = createServer(({ url = '' }, response) => {
    const path = url.split('?')[0] ?? ''
    const secret = secrets.get(/^\/api\/v1\/namespaces\/default\/secrets\/([\w-]+)$/.exec(path)?.[1] ?? '')
    const answer = secret ? stored(secret) : discovery[path]
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer ?? { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 404 }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
  }
}

function stored({ metadata, stringData = {} }: Manifest) {
  const data: Record<string, string> = {}
  for (const [key, value] of Object.entries(stringData)) data[key] = Buffer.from(value).toString('base64')
  return { kind: 'Secret', apiVersion: 'v1', metadata, data }
}

const discovery: Record<string, object> = {
  '/version': { major: '1', minor: '37', gitVersion: 'v1.37.0' },
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
  '/api/v1': {
    kind: 'APIResourceList',
    groupVersion: 'v1',
    resources: [{ name: 'secrets', singularName: 'secret', namespaced: true, kind: 'Secret', verbs: ['get', 'list'] }]
  }
}
