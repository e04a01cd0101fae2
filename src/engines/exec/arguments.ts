import type { Effort, ProfileName, SandboxMode, ServiceTier, Verbosity, WebSearch } from '../../turn/request.ts'
import { settingArguments } from '../../codex/home/layer.ts'
import { modelSettings, searchSettings } from '../../codex/home/model-settings.ts'
import type { CodexSettings } from '../../codex/home/settings.ts'
import { tomlFrom } from '../../codex/home/toml.ts'

/** All that a turn's command line is made of. Every string is checked or made by the gateway; none is a caller's text. */
export interface ExecTurn {
  /** A thread that exists, by the id codex gave it. */
  threadId?: string | undefined
  model?: string | undefined
  effort?: Effort | undefined
  verbosity?: Verbosity | undefined
  serviceTier?: ServiceTier | undefined
  /** Without a place in it. */
  webSearch?: WebSearch | undefined
  profile: ProfileName
  sandbox: SandboxMode
  /** In place of `sandbox`. */
  bounds?: CodexSettings | undefined
  cwd: string
  addDirs: readonly string[]
  skipGitRepoCheck: boolean
  ephemeral: boolean
  images: readonly string[]
  schemaFile?: string | undefined
}

/** How this CLI takes the gateway's settings: the name of a layer file, or `-c` arguments, by profile. */
export interface ExecSettings {
  layers: Readonly<Record<ProfileName, readonly string[]>>
  /** Flags that `codex exec` knows; undefined when it did not say. */
  flags?: ReadonlySet<string> | undefined
}

/** The closed table from a turn to argv. The prompt goes to stdin. */
export function execArguments(turn: ExecTurn, settings: ExecSettings): string[] {
  const known = (flag: string, ...values: string[]) =>
    settings.flags === undefined || settings.flags.has(flag) ? [flag, ...values] : []
  return [
    'exec',
    '--json',
    ...settings.layers[turn.profile],
    ...known('--color', 'never'),
    ...(turn.model !== undefined ? [`--model=${turn.model}`] : []), // `-m -x` would be read as a flag
    ...(turn.effort !== undefined ? ['-c', `model_reasoning_effort=${tomlFrom(turn.effort)}`] : []),
    ...settingArguments({ ...modelSettings(turn), ...searchSettings(turn) }),
    ...(turn.bounds !== undefined ? settingArguments(turn.bounds) : [`--sandbox=${turn.sandbox}`]),
    `--cd=${turn.cwd}`,
    ...turn.addDirs.map((folder) => `--add-dir=${folder}`),
    ...(turn.skipGitRepoCheck ? ['--skip-git-repo-check'] : []),
    ...(turn.ephemeral ? known('--ephemeral') : []),
    ...(turn.schemaFile !== undefined ? [`--output-schema=${turn.schemaFile}`] : []),
    ...turn.images.map((path) => `--image=${path}`),
    ...(turn.threadId !== undefined ? ['resume', turn.threadId] : []),
    '--', // `--image` takes any number of values
    '-'
  ]
}
