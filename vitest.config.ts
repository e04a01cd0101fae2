import { configDefaults, defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'
import type { TestSpecification } from 'vitest/node'
import { leftOutReporter } from './test/support/left-out.ts'

/** Any gateway that starts meanwhile would end what its dead ones leave. */
const alone = 'test/faults/gateway-killed.test.ts'

/** They count the descriptors of their process, which they share with no other project. */
const counting = [
  'abuse',
  'arguments',
  'child',
  'client',
  'host',
  'load',
  'machine',
  'slow-reader',
  'terminal',
  'upstream',
  'whole'
].map((name) => `test/faults/${name}.test.ts`)

/**
 * The newest majors of the clients, installed under other names (test/clients/newest); they need Node 22. Their tests are
 * those of the usual ones.
 */
const newest = {
  openai: 'openai-newest',
  ai: 'ai-newest',
  '@ai-sdk/openai': 'ai-sdk-openai-newest',
  '@openai/agents': 'openai-agents-newest',
  '@langchain/openai': 'langchain-openai-newest',
  '@langchain/core': 'langchain-core-newest'
}
const newestClients = ['agents', 'ai-sdk', 'langchain', 'openai-chat', 'openai-responses', 'retry']
const runsNewest = Number(process.versions.node.split('.')[0]) >= 22

const compiledClients = 'test/clients/compiled.test.ts'
const runsCompiled = process.env['COMPILED_CLIENTS'] !== undefined
const generatedClients = 'test/clients/generated.test.ts'
const runsGenerated = process.env['GENERATED_CLIENTS'] !== undefined
const s3Servers = 'test/workspaces/homes/s3-servers.test.ts'
const runsS3 = process.env['S3_STORES'] !== undefined
const deployment = 'test/scripts/deploy/rendered.test.ts'
const rendersDeployment = process.env['DEPLOY_TOOLS'] !== undefined
const leftOut = [
  ...(runsNewest ? [] : ['the newest majors of the clients: they need Node 22']),
  ...(runsCompiled ? [] : ['the Go and Java clients: ./scripts/compiled-clients.sh builds and runs them']),
  ...(runsGenerated ? [] : ['a generated client: ./scripts/generated-clients.sh generates and runs one']),
  ...(runsS3 ? [] : ['S3-compatible servers: ./scripts/s3-stores.sh installs and runs them']),
  ...(rendersDeployment
    ? []
    : ['the Helm chart and the Compose file, rendered: ./scripts/deployment.sh builds Helm and does it'])
]

/** They take longest, so they begin first: one that began last would run alone at the end. */
const longest = ['scripts/attack', 'clients/python', 'main/package', 'faults/replaced-secrets', 'workspaces/isolation']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => longest.some((name) => moduleId.endsWith(`${name}.test.ts`))
    const sorted = await super.sort(files)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  test: {
    pool: 'forks',
    isolate: false, // a process for each file took twice as long
    maxWorkers: 3, // tests wait more than they work
    testTimeout: 60_000, // a busy machine takes its time
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    unstubEnvs: true,
    setupFiles: ['./test/support/real-timers.ts'],
    sequence: { sequencer: LongestFirst },
    reporters: ['default', leftOutReporter(leftOut)],
    projects: [
      {
        extends: true,
        test: {
          name: 'all',
          include: ['test/**/*.test.ts'],
          exclude: [
            ...configDefaults.exclude,
            alone,
            ...counting,
            ...(runsCompiled ? [] : [compiledClients]),
            ...(runsGenerated ? [] : [generatedClients]),
            ...(runsS3 ? [] : [s3Servers]),
            ...(rendersDeployment ? [] : [deployment])
          ],
          sequence: { groupOrder: 0 }
        }
      },
      ...(runsNewest
        ? [
            {
              extends: true as const,
              resolve: {
                alias: Object.entries(newest).map(([name, other]) => ({
                  find: new RegExp(`^${name}(?=/|$)`),
                  replacement: other
                }))
              },
              test: {
                name: 'newest clients',
                include: newestClients.map((name) => `test/clients/${name}.test.ts`),
                sequence: { groupOrder: 0 }
              }
            }
          ]
        : []),
      {
        extends: true,
        test: { name: 'counting', include: counting, sequence: { groupOrder: 0 } }
      },
      { extends: true, test: { name: 'alone', include: [alone], sequence: { groupOrder: 1 } } }
    ]
  }
})
