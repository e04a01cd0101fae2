import { join } from 'node:path'
import { execa } from 'execa'
import { parseAllDocuments } from 'yaml'

/** Where scripts/deployment.sh has put Helm, kubeconform, Docker Compose and the schemas of Kubernetes. */
export const tools = process.env['DEPLOY_TOOLS'] ?? ''
export const deploy = join(import.meta.dirname, '..', '..', '..', 'scripts', 'deploy')

/** A Kubernetes object, as far as the tests look at it. */
export interface Manifest {
  kind: string
  metadata: { name: string; annotations?: Record<string, string> }
  stringData?: Record<string, string>
  spec: { [field: string]: unknown; template?: { spec: PodSpec } }
}

export interface PodSpec {
  automountServiceAccountToken?: boolean
  securityContext: { runAsNonRoot?: boolean; runAsUser?: number; seccompProfile?: { type: string } }
  terminationGracePeriodSeconds?: number
  containers: Container[]
  volumes?: Record<string, unknown>[]
}

export interface Container {
  args?: string[]
  env?: { name: string; value?: string }[]
  envFrom?: { secretRef: { name: string } }[]
  securityContext: Record<string, unknown>
  resources?: { limits?: { memory?: string } }
  volumeMounts?: Record<string, unknown>[]
}

/** All that can be switched on. */
export const everything = [
  'serviceMonitor.enabled=true',
  'dashboard.enabled=true',
  'ingress.enabled=true',
  'ingress.tlsSecret=certificate',
  'hosts={codex.example.com}',
  'frontend.autoscaling.enabled=true',
  'worker.autoscaling.enabled=true',
  'worker.apiKey=sk-provider',
  'worker.workspace.existingClaim=code',
  'networkPolicy.clients[0].namespaceSelector.matchLabels.name=apps',
  'networkPolicy.monitoring[0].namespaceSelector.matchLabels.name=monitoring'
]

/** A NATS that is there already, with TLS, and everything else that comes as a file. */
export const ownNats = [
  'nats.enabled=false',
  'nats.port=4443',
  'settings.CODEX_NATS_CA=/etc/codex-gateway/ca.pem',
  'settings.CODEX_NATS_CREDS=/etc/codex-gateway/nats.creds',
  'settings.CODEX_WORKSPACES_FILE=/etc/codex-gateway/workspaces.json',
  'frontend.settings.CODEX_LIMITS_FILE=/etc/codex-gateway/limits.json',
  ...['frontend', 'worker'].flatMap((role) => [
    `${role}.existingSecret=${role}-settings`,
    `${role}.files.secret=${role}-files`,
    `${role}.files.configMap=shared-files`
  ])
]

/** What `helm template` makes of the chart, as text. Fails with what Helm says. */
export async function rendered(values: readonly string[] = [], args: readonly string[] = []): Promise<string> {
  const sets = values.flatMap((value) => ['--set', value])
  const { stdout } = await execa(
    join(tools, 'helm'),
    ['template', 'codex', join(deploy, 'helm'), '--kube-version', '1.37.0', ...sets, ...args],
    { env: { HOME: '/nonexistent', KUBECONFIG: '/dev/null' } }
  )
  return stdout
}

export function manifestsIn(text: string): Manifest[] {
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as Manifest | null) ?? [])
}
