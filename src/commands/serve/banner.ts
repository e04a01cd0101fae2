import type { Config } from '../../config/config.ts'
import type { WorkspaceRegistry } from '../../workspaces/registry.ts'
import { renderFinding } from '../checks/finding.ts'
import type { Finding } from '../checks/finding.ts'

export interface BannerFacts {
  url: string
  demo: boolean
  config: Config
  workspaces: Pick<WorkspaceRegistry, 'codex' | 'default' | 'definitions'>
  engine: string
  findings: Finding[]
  curl: string
}

/** What a person reads once the gateway has started. */
export function bannerFrom({ url, demo, config, workspaces, engine, findings, curl }: BannerFacts): string {
  const { capabilities, binary } = workspaces.codex
  const { folder, sandbox, created } = workspaces.default
  const others = workspaces.definitions.slice(1).map(({ id }) => id)
  const model = config.CODEX_MODEL ?? "codex's default"
  const facts = [
    [
      'codex',
      `${capabilities.version ?? 'of unknown version'}, ${binary.source === 'bundled' ? 'bundled' : binary.path}; engine ${engine}`
    ],
    [
      'model',
      demo
        ? 'none: the built-in demo model answers (--demo)'
        : `${model}, effort ${config.CODEX_MODEL_REASONING_EFFORT}`
    ],
    ['sandbox', `${sandbox}, in ${folder}`],
    ...(others.length > 0 ? [['others', `the workspaces ${others.join(', ')}`]] : []),
    ...created.map((path) => ['created', path])
  ]
  return `Codex Gateway is listening at ${url}/v1

${facts.map(([name, fact]) => `  ${name?.padEnd(8)} ${fact}\n`).join('')}
${findings.map((finding) => renderFinding(finding)).join('')}${findings.length > 0 ? '\n' : ''}Try it:

  ${curl}

`
}
