import type { Step } from './step.ts'

/** What the CLI answers to questions about itself, by argv; the texts are shaped like codex-cli 0.169's. */
export function usualAnswers(version: string): Record<string, Step[]> {
  return {
    '--version': [{ raw: `codex-cli ${version}\n` }],
    'exec --help': [{ raw: help }],
    'features list': [{ raw: features.map((name) => `${name.padEnd(40)} ${'stable'.padEnd(18)} true\n`).join('') }],
    'login status': [{ stderr: 'Logged in using an API key - sk-scrip***pted\n' }],
    'debug models': [{ emit: { models } }],
    'debug models --bundled': [{ emit: { models } }] // asked where a busy machine answers the first too late
  }
}

const models = [
  { slug: 'gpt-5.5', visibility: 'list', priority: 13 },
  { slug: 'gpt-6.1-sol', visibility: 'list', priority: 1 }
]

const help = `Run Codex non-interactively

Usage: codex exec [OPTIONS] [PROMPT]

Options:
  -c, --config <key=value>
      --enable <FEATURE>
      --disable <FEATURE>
  -i, --image <FILE>...
  -m, --model <MODEL>
  -p, --profile <CONFIG_PROFILE_V2>
  -s, --sandbox <SANDBOX_MODE>
      --add-dir <DIR>
      --skip-git-repo-check
      --ephemeral
      --ignore-user-config
      --output-schema <FILE>
      --color <COLOR>
      --json
`

const features = [
  'apps',
  'goals',
  'hooks',
  'multi_agent',
  'plugins',
  'shell_snapshot',
  'shell_tool',
  'skill_search',
  'sleep_tool',
  'tool_suggest',
  'unbounded_connection_retries',
  'unified_exec',
  'view_image'
]
