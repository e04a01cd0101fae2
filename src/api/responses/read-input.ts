import type { GatewayContext } from '../../http/state.ts'
import { scopeOf } from '../../http/scope.ts'
import type { InputItem } from '../../openai/items/item.ts'
import type { TurnDependencies } from '../accept.ts'
import { noRemoteImages } from '../remote-images.ts'
import { readContinued } from './continued.ts'
import type { ContinuedFrom } from './continued.ts'
import { itemsOf } from './schema.ts'
import type { ResponseRequest } from './schema.ts'
import type { Previous } from './stored-responses.ts'

/** What a request continues, and its input with the images and items that it names, for who runs no turn in a thread of it. Empty input is none. */
export async function readInput(
  ctx: GatewayContext,
  request: ResponseRequest,
  dependencies: Pick<TurnDependencies, 'fetchImages'> & ContinuedFrom
): Promise<{ previous: Previous | undefined; input: InputItem[] }> {
  const { stored, fetchImages = noRemoteImages } = dependencies
  const { reserve } = ctx.state
  const scope = scopeOf(ctx)
  const { previous, items } = await readContinued(request, scope, dependencies, reserve)
  const sent = request.input === '' ? [] : await fetchImages(ctx, itemsOf(request.input), 'input')
  return { previous, input: await stored.resolved(scope, sent, reserve, items) }
}
