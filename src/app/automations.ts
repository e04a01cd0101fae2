import { AutomationQueue } from '../agents/automations/queue.ts'
import { AutomationRunner } from '../agents/automations/runner.ts'
import { AutomationStore } from '../agents/automations/store.ts'
import { automationsSchema } from '../agents/automations/schema.ts'
import { Tables } from '../store/tables.ts'
import { deliveryTo } from '../api/agents/deliver-automation.ts'
import type { MayAct } from '../api/agents/deliver-automation.ts'
import type { AgentsDependencies, AutomationsDependencies } from '../api/agents/dependencies.ts'
import type { Config } from '../config/config.ts'
import type { Store } from '../store/store.ts'
import { dueNow } from '../work/due-clock.ts'
import { hasSeveralPrincipals } from './several.ts'

/** What automations of all owners may be together. */
const bounds = { count: 10_000, bytes: 268_435_456 }

/** The automations of a gateway with these settings, which does what is due of them from now on. */
export function automationServices(
  dependencies: AgentsDependencies,
  { store, config, mayAct }: { store: Store; config: Config; mayAct: MayAct }
): Pick<AutomationsDependencies, 'automations' | 'runAutomations'> {
  const { work } = dependencies
  const runner = new AutomationRunner({
    queue: new AutomationQueue(new Tables(store, automationsSchema)),
    work,
    isAlive: (mark) => store.presence.isAlive(mark),
    deliver: deliveryTo(dependencies, mayAct),
    now: dueNow
  })
  if (config.CODEX_THREAD_TTL_HOURS > 0) runner.start()
  return { automations: automationStoreOf(store, config), runAutomations: () => void setImmediate(() => runner.look()) }
}

export function automationStoreOf(store: Store, config: Config): AutomationStore {
  const share = hasSeveralPrincipals(config) ? 0.5 : 1
  const limits = { ...bounds, perOwner: bounds.count * share, bytesPerOwner: bounds.bytes * share }
  return new AutomationStore(new Tables(store, automationsSchema), limits, dueNow)
}
