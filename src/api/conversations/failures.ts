import { invalid } from '../../openai/invalid.ts'
import { GatewayError } from '../../turn/error.ts'

/** What a caller named does not exist, or is another's: the two look the same. */
export const conversationNotFound = (id: string): GatewayError =>
  new GatewayError('not_found', `Conversation with id '${id.slice(0, 128)}' not found.`, {
    reason: 'unknown_conversation'
  })

export const itemNotFound = (id: string): GatewayError =>
  new GatewayError('not_found', `Item with id '${id.slice(0, 128)}' not found in this conversation.`, {
    reason: 'unknown_item'
  })

/** In OpenAI's own words. */
export const conversationLocked = (): GatewayError =>
  new GatewayError(
    'thread_busy',
    'Another process is currently operating on this conversation. Please retry in a few seconds.',
    { param: 'conversation', reason: 'conversation_locked' }
  )

export const conversationFull = (): GatewayError =>
  invalid(
    'This conversation has no room for more items. Delete some of them, or begin another conversation with a summary.',
    'items'
  )

export const nothingStored = (): GatewayError =>
  new GatewayError('unsupported', 'Nothing is stored here: CODEX_THREAD_TTL_HOURS is 0. Send all items each time.', {
    param: 'conversation'
  })
