import { namedPrincipal } from '../../../access/principal.ts'
import { oneWorkspace } from '../../../access/workspaces.ts'
import type { ApiContext } from '../../../http/api.ts'
import { GatewayError } from '../../../turn/error.ts'
import { modelFor, narrowingOf } from '../../accept.ts'
import type { AcceptedResponse } from '../making.ts'
import type { ResponseRequest } from '../schema.ts'
import type { StoredResponse } from '../stored-response.ts'
import type { BackgroundDependencies, WhenLimited } from './dependencies.ts'
import type { Order } from './order.ts'

/** What is stored of a request, beside its input, so that its response can be made when it is long over. */
export function orderOf(ctx: ApiContext, { request, work }: AcceptedResponse): Order {
  const { input: _input, ...rest } = request
  const { sandbox, folder } = narrowingOf(ctx)
  return {
    ...{ request: rest, work, requestId: ctx.state.id },
    narrowing: { ...(sandbox !== undefined && { sandbox }), ...(folder !== undefined && { folder }) }
  }
}

/** The response of an order, accepted again as the settings are by now. Throws the `GatewayError` of one that is not any more. */
export async function acceptedAgain(
  owner: string,
  key: string,
  { order, input, resource, workspace: id = 'default' }: StoredResponse & { order: Order },
  dependencies: BackgroundDependencies
): Promise<AcceptedResponse> {
  const { directory = oneWorkspace('read-only') } = dependencies
  const workspace = directory.find(id, namedPrincipal(owner, {}))
  if (!workspace) throw new GatewayError('workspace_not_found', 'The workspace of this response is not there any more.')
  const { narrowing, work, requestId } = order
  const request = { ...order.request, input }
  const place = { workspace, narrowing: { sandbox: narrowing.sandbox, folder: narrowing.folder } }
  const { model } = await modelFor(request.model, request.reasoning?.effort, place, dependencies)
  return {
    ...{ key, createdAt: resource.created_at, request, model, work },
    scope: { owner, workspace: id },
    waits: waitsWhenLimited(request, dependencies.whenLimited),
    reportTo: { state: { id: requestId, startedAt: performance.now() } },
    complete: async (items) => items
  }
}

/** Whether a response waits where a usage limit is reached. Only one in the background can. */
export function waitsWhenLimited(
  { background, metadata }: Pick<ResponseRequest, 'background' | 'metadata'>,
  otherwise: WhenLimited = 'fail'
): boolean {
  const wish = metadata?.['when_limited']
  return background === true && (wish === 'wait' || (wish !== 'fail' && otherwise === 'wait'))
}
