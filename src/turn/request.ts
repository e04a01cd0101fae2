/** Reasoning efforts that codex-cli 0.169's catalog and the OpenAI API know between them. */
export const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max', 'ultra'] as const
export type Effort = (typeof efforts)[number]

export const sandboxModes = ['read-only', 'workspace-write', 'danger-full-access'] as const
export type SandboxMode = (typeof sandboxModes)[number]

export const engineNames = ['exec', 'app-server'] as const
export type EngineName = (typeof engineNames)[number]

export const profileNames = ['agent', 'bare'] as const
/** `agent`: all that Codex is for. `bare`: the model and nothing else. */
export type ProfileName = (typeof profileNames)[number]

/** One piece of what a user says. An image's `url` is a checked base64 data URL. */
export type UserInput = { type: 'text'; text: string } | { type: 'image'; url: string }

/** What was said before. An assistant's content is text only. */
export type HistoryItem =
  | { type: 'message'; role: 'system' | 'developer' | 'user' | 'assistant'; content: UserInput[]; name?: string }
  | { type: 'tool_call'; call_id: string; name: string; arguments: string }
  | { type: 'tool_result'; call_id: string; output: UserInput[]; name?: string }

/** A function of the caller's that the model may call; `parameters` is a JSON schema. */
export interface FunctionTool {
  name: string
  description?: string
  parameters?: Record<string, unknown>
  strict?: boolean
}

export type ToolChoice = 'auto' | 'none' | 'required' | { name: string }

/** One turn to run. What is left out is the engine's configured default. */
export interface TurnRequest {
  /** Continue this thread, which was kept; a new one otherwise. */
  threadId?: string
  /** The last turn of the thread to go on from, in a new thread: what came after it was never said. */
  forkAfter?: string
  /** How many items of `history` the thread holds. When it cannot be continued, a new one begins with all of them. */
  held?: number
  /** What the user says now. Empty when the last word in `history` is a tool's result. */
  input: UserInput[]
  /** What was said before, for a thread that does not hold it, oldest first. */
  history?: HistoryItem[]
  /** Developer instructions. A thread that is continued has its own already. */
  instructions?: string
  model?: string
  effort?: Effort
  cwd?: string
  sandbox?: SandboxMode
  tools?: FunctionTool[]
  toolChoice?: ToolChoice
  parallelToolCalls?: boolean
  /** A JSON schema that the final answer follows. */
  outputSchema?: Record<string, unknown>
  /** False keeps the thread, so that a later turn can name it. Default true. */
  ephemeral?: boolean
  /** The engine that must run it; routed by need otherwise. */
  engine?: EngineName
  profile?: ProfileName
  /** Whose turn it is: the id of the caller's token, never the token. */
  client?: string
}
