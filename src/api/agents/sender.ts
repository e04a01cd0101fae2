import type { Sender } from '../../agents/sender.ts'
import type { ApiContext } from '../../http/api.ts'
import { reported } from '../../http/report.ts'
import { messageChecks } from '../thread-messages.ts'
import type { AgentsDependencies } from './dependencies.ts'

/** What a message of a request comes with: the request reports the turn that it begins. */
export function senderOf(ctx: ApiContext, { readImage }: Pick<AgentsDependencies, 'readImage'>): Sender {
  return {
    ...messageChecks(ctx, { readImage }),
    report: (events, request, report) => reported(events, ctx, request, report)
  }
}
