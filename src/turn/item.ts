/** What a message is, as the model says of it. */
export type MessagePhase = 'commentary' | 'final_answer'

/** The source of a piece of a message's text, which is given by the places of its first character and of the one behind it. */
export interface Citation {
  url: string
  title: string
  start_index: number
  end_index: number
}

/** What a turn produces, in the words of `codex exec --json` (codex-cli 0.169). */
export type ThreadItem =
  | {
      id: string
      type: 'agent_message'
      text: string
      phase?: MessagePhase | undefined
      citations?: readonly Citation[] | undefined
    }
  | { id: string; type: 'reasoning'; text: string; encrypted_content?: string | undefined } // encrypted by the model provider, for the model's next turn
  | {
      id: string
      type: 'command_execution'
      command: string
      aggregated_output: string
      exit_code?: number | null | undefined
      status: string
    }
  | { id: string; type: 'file_change'; changes: { path: string; kind: string }[]; status: string }
  | {
      id: string
      type: 'mcp_tool_call'
      server: string
      tool: string
      status: string
      arguments?: unknown
      result?: unknown
      error?: unknown
    }
  | { id: string; type: 'web_search'; query: string }
  | { id: string; type: 'todo_list'; items: { text: string; completed: boolean }[] }
  | { id: string; type: 'error'; message: string } // a warning: the turn goes on
  | { id: string; type: 'unknown'; original: unknown } // a kind unknown to this gateway, passed on unchanged
