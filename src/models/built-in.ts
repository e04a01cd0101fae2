import type { Alias } from './settings.ts'

/** Names that are always there, below the operator's aliases: the default model under the name of what a client needs of it. */
export const builtInAliases: ReadonlyMap<string, Alias> = new Map<string, Alias>([
  ['codex', { profile: 'agent' }],
  ['codex-bare', { profile: 'bare' }],
  ['autoglm-phone-9b', { profile: 'bare', effort: 'low', strip_answer_tags: true }] // Open-AutoGLM's own default
])
