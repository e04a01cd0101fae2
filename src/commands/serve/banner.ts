import type { Config } from '../../config/config.ts'
import type { Runtime } from '../../workspaces/runtime.ts'
import { lineFrom } from '../checks/finding.ts'
import type { Finding } from '../checks/finding.ts'

export interface BannerFacts {
  url: string
  demo: boolean
  config: Config
  runtime: Pick<Runtime, 'binary' | 'capabilities' | 'workspace' | 'made'>
  engine: string
  notes: Finding[]
  curl: string
}

/** What a person reads when the gateway has started. */
export function bannerFrom({ url, demo, config, runtime, engine, notes, curl }: BannerFacts): string {
  const { capabilities, binary, workspace, made } = runtime
  const model = config.CODEX_MODEL ?? 'the one codex takes by default'
  const facts = [
    [
      'codex',
      `${capabilities.version ?? 'of unknown version'}, ${binary.source === 'bundled' ? 'bundled' : binary.path}; engine ${engine}`
    ],
    [
      'model',
      demo
        ? 'none: a stand-in answers, which is part of the gateway (--demo)'
        : `${model}, effort ${config.CODEX_MODEL_REASONING_EFFORT}`
    ],
    ['sandbox', `${config.CODEX_SANDBOX}, in ${workspace.path}`],
    ...made.map((path) => ['made', path])
  ]
  return `Codex Gateway serves ${url}/v1

${facts.map(([name, fact]) => `  ${name?.padEnd(8)} ${fact}\n`).join('')}
${notes.map((note) => lineFrom(note)).join('')}${notes.length > 0 ? '\n' : ''}Try it:

  ${curl}

`
}
