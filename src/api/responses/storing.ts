import type { Scope } from '../../http/scope.ts'
import { listedItems } from '../../openai/items/listed.ts'
import type { ListedItem } from '../../openai/items/listed.ts'
import type { InputItem } from '../../openai/items/item.ts'
import type { Store, StoreOptions } from './answer.ts'
import type { OpenConversation } from './conversation.ts'
import type { ResponseResource } from './resource.ts'
import type { ResponseRequest } from './schema.ts'
import type { StoredThread } from './stored-response.ts'
import type { StoredResponses } from './stored-responses.ts'

/** Where a response goes, and what there is to store beside it. */
export interface Storing {
  stored: StoredResponses
  scope: Scope
  conversation: OpenConversation | undefined
  /** What was new in its request. */
  input: InputItem[]
  /** The persistent thread that its turn ran in. */
  thread: () => StoredThread | undefined
}

/** How a response is stored; undefined where it is not to be, and belongs to no conversation. An answer is not lost because it could not be stored. */
export function storeOf(request: ResponseRequest, storing: Storing): Store | undefined {
  const { conversation } = storing
  if (request.store === false && !conversation) return undefined
  let isAdded = !conversation
  return async (made, options = {}) => {
    const isEnded = made.status !== 'in_progress' && made.status !== 'queued'
    if (conversation && isWhole(made)) isAdded ||= await added(made, conversation, storing) // once, however often it is stored
    const resource = isAdded || !isWhole(made) ? made : { ...made, conversation: null }
    const isStored = request.store === false || (await put(resource, options, storing))
    if (isEnded) conversation?.release()
    return isStored ? resource : { ...resource, store: false }
  }
}

const isWhole = ({ status }: ResponseResource) => status === 'completed' || status === 'incomplete'

function put(
  resource: ResponseResource,
  { isNew = true, worker, order, beside }: StoreOptions,
  { stored, scope, input, thread }: Storing
): Promise<boolean> {
  return stored.put(scope, { resource, input, thread: thread(), worker, order }, isNew, beside).then(
    () => true,
    () => false
  )
}

function added(
  resource: ResponseResource,
  conversation: OpenConversation,
  { input, thread }: Storing
): Promise<boolean> {
  const key = resource.id.slice('resp_'.length)
  const contains = thread()
  const output = resource.output as readonly unknown[] as readonly ListedItem[]
  return conversation
    .add([...listedItems(input, key), ...output], contains && { ...contains, response: key })
    .catch(() => false)
}
