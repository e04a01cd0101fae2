import type { MessagePhase } from './item.ts'

/** Reasoning efforts that codex-cli 0.169's catalog and the OpenAI API know between them. */
export const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max', 'ultra'] as const
export type Effort = (typeof efforts)[number]

export const verbosities = ['low', 'medium', 'high'] as const
/** How much a model writes. */
export type Verbosity = (typeof verbosities)[number]

/** A tier of the provider's beside its usual one: cheaper and later, or dearer and sooner. */
export type ServiceTier = 'flex' | 'priority'

export const sandboxModes = ['read-only', 'workspace-write', 'danger-full-access'] as const
export type SandboxMode = (typeof sandboxModes)[number]

export const profileNames = ['agent', 'bare'] as const
/** `agent`: all that Codex is for. `bare`: the model and nothing else. */
export type ProfileName = (typeof profileNames)[number]

/** One part of a user message. An image's `url` is a checked base64 data URL. */
export type UserInput = { type: 'text'; text: string } | { type: 'image'; url: string }

/** Something earlier. An assistant's content is text only. Reasoning is as its model provider encrypted it. */
export type HistoryItem =
  | {
      type: 'message'
      role: 'system' | 'developer' | 'user' | 'assistant'
      content: UserInput[]
      name?: string
      phase?: MessagePhase
    }
  | { type: 'reasoning'; encrypted_content: string; summary: string[] }
  | { type: 'tool_call'; call_id: string; name: string; arguments: string }
  | { type: 'tool_result'; call_id: string; output: UserInput[]; name?: string }

/** A function of the caller's that the model may call; `parameters` is a JSON schema. */
export interface FunctionTool {
  name: string
  description?: string
  parameters?: Record<string, unknown>
  strict?: boolean
}

/** How a model may search the web. */
export interface WebSearch {
  /** Whether pages are read now, or only as the provider has stored them. */
  live: boolean
  contextSize?: 'low' | 'medium' | 'high' | undefined
  /** The only domains that results may come from. */
  domains?: string[] | undefined
  /** About where the user is: `country`, `region`, `city`, `timezone`. */
  location?: Record<string, string> | undefined
}

export type ToolChoice = 'auto' | 'none' | 'required' | { name: string }

/**
 * The Codex thread of a turn. A persistent one is stored in CODEX_HOME, so that a later turn can resume or fork it; one that
 * is resumed or forked always is. `heldItems`: how many items of `history`, from the oldest, the thread contains already, so
 * that they are not sent again. Where it is given and the thread is gone, or the engine cannot fork, the turn runs in a new
 * persistent thread, which is sent all of `history`; without it such a turn fails with `thread_not_found`. `worker`: the one of
 * several that has it, as far as known.
 */
export type TurnThread =
  | { kind: 'new'; persistent: boolean }
  | { kind: 'resume'; id: string; heldItems?: number | undefined; worker?: string | undefined }
  /** A new thread with the turns of `id` up to and including `afterTurn`, or all of them. */
  | {
      kind: 'fork'
      id: string
      afterTurn?: string | undefined
      heldItems?: number | undefined
      worker?: string | undefined
    }

/** One turn to run. What is left out is the engine's configured default. */
export interface TurnRequest {
  /** The thread it runs in. Left out: a new one that is not persistent. */
  thread?: TurnThread | undefined
  /** Where it runs: the id of a workspace. Left out: the default one. */
  workspace?: string | undefined
  /** Where it works: a path below the folder of the workspace. Left out: there. */
  folder?: string | undefined
  /** The user's new message. Empty when `history` ends with a tool's result. */
  input: UserInput[]
  /** Earlier messages, oldest first. */
  history?: HistoryItem[] | undefined
  /** Developer instructions. Not sent to a thread that is resumed or forked, which has its own. */
  instructions?: string | undefined
  model?: string | undefined
  effort?: Effort | undefined
  verbosity?: Verbosity | undefined
  serviceTier?: ServiceTier | undefined
  sandbox?: SandboxMode | undefined
  tools?: FunctionTool[] | undefined
  toolChoice?: ToolChoice | undefined
  parallelToolCalls?: boolean | undefined
  /** A search of the web that the model may use whatever the profile. A workspace that does not allow searching refuses the turn. */
  webSearch?: WebSearch | undefined
  /** Whether its reasoning is wanted in encrypted form, to be sent back in a later history. */
  encryptedReasoning?: boolean | undefined
  /** A JSON schema that the final answer follows. `strictOutput`: it goes to the model as it is, in strict mode. */
  outputSchema?: Record<string, unknown> | undefined
  strictOutput?: boolean | undefined
  /** Its reader wants to know when a usage limit is lifted that it meets. */
  limitTimes?: boolean | undefined
  /** Its reader has not passed on a text that is not complete, and takes back what `item.discarded` names. */
  discardable?: boolean | undefined
  /** The name of the engine that must run it; routed by need otherwise. */
  engine?: string | undefined
  profile?: ProfileName | undefined
  /** Codex's own instructions although there are tools of the caller's: the model then reads both. */
  codexInstructions?: boolean | undefined
  /** Variables for the environment of its commands alone: secrets, which nothing else may show. Only some engines have them. */
  commandEnv?: Readonly<Record<string, string>> | undefined
  /** Milliseconds that it may take from its slot on, in place of the gateway's clocks. */
  timeLimitMs?: number | undefined
  /** Whose turn it is: the id of a principal. */
  owner?: string | undefined
  /** The id of the API key that it was asked for with, where it has one. */
  key?: string | undefined
}
