import type { Effort, ProfileName, SandboxMode } from '../turn/request.ts'

/** What an alias means. What is left out is the engine's default. */
export interface Alias {
  model?: string | undefined
  effort?: Effort | undefined
  sandbox?: SandboxMode | undefined
  engine?: string | undefined
  profile?: ProfileName | undefined
  strip_answer_tags?: boolean | undefined
  /** A turn with the caller's own tools reads Codex's instructions too. */
  codex_instructions?: boolean | undefined
}

/** The operator's settings about models. */
export interface ModelSettings {
  /** For requests that name none; unset: the CLI's own default. */
  model?: string | undefined
  /** By the name that clients send. */
  aliases: ReadonlyMap<string, Alias>
  advertised: readonly string[]
  stripAnswerTags: boolean
  /** What to do with a name that is nowhere: refuse it when left out, or answer with the default model. */
  unknown?: 'reject' | 'default' | undefined
}

/** What a workspace changes of them. */
export interface ModelChoice {
  /** For requests that name none, instead of the gateway's. */
  readonly model?: string | undefined
  /** Those that may be run; all when left out. An alias counts by its own name or by what it runs. */
  readonly models?: readonly string[] | undefined
}
