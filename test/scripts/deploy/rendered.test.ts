import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { settings } from '../../../src/config/settings.ts'
import { deploy, everything, manifestsIn, ownNats, rendered, tools } from './chart.ts'
import type { Container, Manifest } from './chart.ts'
import { clusterWith } from './cluster.ts'

const pods = (manifests: readonly Manifest[]) =>
  manifests.flatMap(({ kind, metadata, spec }) =>
    spec?.template && kind !== 'Job' ? [{ name: metadata.name, ...spec.template.spec }] : []
  )
const secretsIn = (manifests: readonly Manifest[]) =>
  Object.fromEntries(
    manifests.flatMap(({ kind, metadata, stringData }) => (kind === 'Secret' ? [[metadata.name, stringData]] : []))
  )
const refusal = (values: string[]) => rendered(values).then(String, (error: { stderr: string }) => error.stderr)

interface Models {
  ServiceMonitor: new (manifest: Manifest) => { validate: () => void }
}

const probes = ['startupProbe', 'livenessProbe', 'readinessProbe']

describe('the Helm chart', () => {
  it('has nothing that Helm finds wrong', async () => {
    await execa(join(tools, 'helm'), ['lint', '--strict', join(deploy, 'helm')])
  })

  it.each([
    ['as it is', []],
    ['with everything switched on', everything],
    ['with a NATS that is there already', ownNats]
  ])('is valid Kubernetes %s', async (_, values) => {
    const input = await rendered(values)
    for (const version of ['v1.31.0', 'v1.37.0']) {
      const schemas = join(tools, 'schemas', version, '{{.ResourceKind}}{{.KindSuffix}}.json')
      const args = ['-strict', '-summary', '-skip', 'ServiceMonitor', '-schema-location', schemas]
      const { stdout } = await execa(join(tools, 'kubeconform'), args, { input })
      expect(stdout).toMatch(/Valid: [1-9]\d*, Invalid: 0, Errors: 0/)
    }
    const models = join(tools, 'npm/node_modules/@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1')
    const { ServiceMonitor } = (await import(pathToFileURL(join(models, 'ServiceMonitor.js')).href)) as Models
    for (const manifest of manifestsIn(input))
      if (manifest.kind === 'ServiceMonitor') new ServiceMonitor(manifest).validate()
  })

  it('runs everything without rights, on a file system that cannot be written, with probes', async () => {
    const found = pods(manifestsIn(await rendered(everything)))
    expect(found.map(({ name }) => name).sort()).toEqual(
      ['codex-gateway-frontend', 'codex-gateway-nats', 'codex-gateway-worker'].map((name) =>
        name.replace('codex-', 'codex-codex-')
      )
    )
    for (const { securityContext, automountServiceAccountToken, containers } of found) {
      expect(automountServiceAccountToken).toBe(false)
      expect(securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 10001,
        seccompProfile: { type: 'RuntimeDefault' }
      })
      for (const { securityContext: rights, ...container } of containers) {
        expect(rights).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] }
        })
        expect(Object.keys(container)).toEqual(expect.arrayContaining(probes))
        expect(container.resources?.limits?.memory).toMatch(/^\d/)
      }
    }
  })

  it('gives each role its own secrets and no other, and only settings that there are', async () => {
    const found = Object.fromEntries(
      pods(manifestsIn(await rendered(everything))).map(({ name, containers }) => [
        name.replace('codex-codex-gateway-', ''),
        containers[0] as Container
      ])
    )
    const secrets = (role: string) => found[role]?.envFrom?.map(({ secretRef }) => secretRef.name)
    expect(secrets('frontend')).toEqual(['codex-codex-gateway-frontend-nats', 'codex-codex-gateway-frontend'])
    expect(secrets('worker')).toEqual(['codex-codex-gateway-worker-nats', 'codex-codex-gateway-worker'])
    expect(secrets('nats')).toBeUndefined()
    const names = Object.values(found).flatMap(({ env = [] }) => env.map(({ name }) => name))
    expect(names.filter((name) => !(name in settings))).toEqual([])
  })

  it('passes settings on as they are written', async () => {
    const values = JSON.stringify({
      CODEX_MAX_BODY_BYTES: 52_428_800,
      CODEX_ENABLE_SEARCH: true,
      CODEX_MODEL: 'a: "b"'
    })
    const found = pods(manifestsIn(await rendered([], ['--set-json', `settings=${values}`])))
    const worker = found.find(({ name }) => name.endsWith('worker'))?.containers[0]
    expect(worker?.env).toEqual(
      expect.arrayContaining([
        { name: 'CODEX_MAX_BODY_BYTES', value: '52428800' },
        { name: 'CODEX_ENABLE_SEARCH', value: 'true' },
        { name: 'CODEX_MODEL', value: 'a: "b"' }
      ])
    )
  })

  it('hands files to the role whose settings name them, and lets it reach a NATS elsewhere', async () => {
    const manifests = manifestsIn(await rendered(ownNats))
    expect(manifests.filter(({ metadata }) => metadata.name.endsWith('-nats'))).toEqual([])
    for (const { name, containers, volumes } of pods(manifests)) {
      const role = name.split('-').at(-1)
      expect(volumes?.find((volume) => volume['name'] === 'files')).toEqual({
        name: 'files',
        projected: {
          defaultMode: 0o440,
          sources: [{ secret: { name: `${role}-files` } }, { configMap: { name: 'shared-files' } }]
        }
      })
      const [{ env = [], envFrom, volumeMounts }] = containers as [Container]
      expect(volumeMounts).toContainEqual({ name: 'files', mountPath: '/etc/codex-gateway', readOnly: true })
      expect(envFrom).toEqual([{ secretRef: { name: `${role}-settings` } }])
      expect(env.filter(({ value }) => value?.startsWith('/etc/codex-gateway/'))).toHaveLength(
        role === 'worker' ? 3 : 4
      )
      expect(env.some((one) => one.name === 'CODEX_NATS_PLAIN')).toBe(false)
      const policy = manifests.find((one) => one.kind === 'NetworkPolicy' && one.metadata.name === name)
      expect(policy?.spec['egress']).toContainEqual({ ports: [{ port: 4443 }] })
    }
    expect(await rendered()).not.toContain('/etc/codex-gateway')
  })

  it('leaves more time to stop than turns have', async () => {
    for (const { terminationGracePeriodSeconds = 30, containers } of pods(manifestsIn(await rendered())))
      for (const { env = [] } of containers) {
        const drain = env.find(({ name }) => name === 'CODEX_DRAIN_SECONDS')?.value ?? '0'
        expect(terminationGracePeriodSeconds).toBeGreaterThan(Number(drain) + 5)
      }
  })

  it('keeps the token, the passwords and the key over an upgrade', async () => {
    const first = manifestsIn(await rendered(['worker.apiKey=sk-provider']))
    expect(secretsIn(manifestsIn(await rendered()))).not.toEqual(secretsIn(first))
    await using cluster = await clusterWith(first)
    const upgrade = await rendered([], ['--dry-run=server', '--kube-apiserver', cluster.url])
    expect(secretsIn(manifestsIn(upgrade))).toEqual(secretsIn(first))
    const annotated = first.filter(({ metadata }) => metadata.annotations?.['helm.sh/resource-policy'] === 'keep')
    expect(annotated.map(({ metadata }) => metadata.name.replace('codex-codex-gateway-', '')).sort()).toEqual([
      'frontend',
      'nats',
      'worker'
    ])
  })

  it.each([
    ['worker.settings.CODEX_API_KEY=sk', /CODEX_API_KEY/],
    ['worker.slot=3', /'slot' not allowed/],
    ['frontend.replicas=0', /minimum/],
    ['nats.enabled=false', /set frontend\.existingSecret and worker\.existingSecret/],
    ['ingress.enabled=true', /at least one name in hosts/]
  ])('refuses %s', async (value, reason) => {
    expect(await refusal([value])).toMatch(reason)
  })
})

it('Docker Compose reads compose.yaml, with and without a folder and a demo', async () => {
  const config = async (env: Record<string, string>) => {
    const { stdout } = await execa(join(tools, 'docker-compose'), ['-f', join(deploy, 'compose.yaml'), 'config'], {
      env
    })
    return parse(stdout) as {
      services: Record<string, { command: string[]; volumes: { type: string; source: string }[] }>
    }
  }
  const plain = await config({})
  expect(Object.keys(plain.services).sort()).toEqual(['frontend', 'nats', 'setup', 'worker-1', 'worker-2'])
  expect(plain.services['worker-1']?.command).toEqual(['worker', '0.0.0.0', '8000'])
  const demo = await config({ CODEX_DEMO: '1', CODEX_WORKSPACE: './code' })
  expect(demo.services['worker-2']?.command).toEqual(['worker', '0.0.0.0', '8000', '--demo'])
  expect(demo.services['worker-2']?.volumes).toContainEqual(
    expect.objectContaining({ type: 'bind', source: join(deploy, 'code') })
  )
})
