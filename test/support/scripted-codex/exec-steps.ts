import type { Step } from './step.ts'

/** The steps of an ordinary `codex exec --json`, to be mixed with others. */
export const begin: Step[] = [
  { stdin: 'end' },
  { emit: { type: 'thread.started', thread_id: '00000000-0000-7000-8000-000000000001' } },
  { emit: { type: 'turn.started' } }
]

/** An agent message, whole. */
export function says(text: string, id = 'item_0'): Step {
  return { emit: { type: 'item.completed', item: { id, type: 'agent_message', text } } }
}

export const complete: Step = {
  emit: {
    type: 'turn.completed',
    usage: {
      input_tokens: 100,
      cached_input_tokens: 40,
      cache_write_input_tokens: 0,
      output_tokens: 20,
      reasoning_output_tokens: 5
    }
  }
}

/** A turn that goes well. */
export function turn(text: string): Step[] {
  return [...begin, says(text), complete]
}
