import { invalid } from '../../openai/invalid.ts'
import type { ResponseRequest } from './schema.ts'

/** The id of the conversation that a request names. */
export function conversationIn({ conversation }: Pick<ResponseRequest, 'conversation'>): string | undefined {
  return (typeof conversation === 'object' ? conversation?.id : conversation) || undefined
}

/** Throws for a request that continues both a response and a conversation. */
export function checkConversation(request: Pick<ResponseRequest, 'conversation' | 'previous_response_id'>): void {
  if (!conversationIn(request) || !request.previous_response_id) return
  throw invalid(
    "Mutually exclusive parameters: send only one of 'previous_response_id' and 'conversation'.",
    'previous_response_id',
    'mutually_exclusive'
  )
}
