import type { UsageEvent } from '../../../turn/event.ts'
import { usageTotal } from '../../../turn/usage.ts'
import type { Usage } from '../../../turn/usage.ts'

/** What is known of the tokens of one turn. */
export class TurnUsage {
  readonly events: UsageEvent[] = []

  add(event: UsageEvent): void {
    this.events.push(event)
  }

  /** The sum of what was counted; undefined where nothing was. */
  get sum(): Usage | undefined {
    return usageTotal(this.events.map((event) => (event.type === 'usage.counted' ? event.usage : undefined)))
  }
}
