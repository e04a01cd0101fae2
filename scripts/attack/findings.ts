import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Attack, Finding, Start } from './case.ts'
import { startGateway } from './gateway.ts'
import type { AttackedGateway } from './gateway.ts'
import type { Place } from './places.ts'

const folder = join(import.meta.dirname, 'cases')

/** The names of all cases. */
export const caseNames = readdirSync(folder).map((file) => file.replace('.ts', ''))

export async function caseNamed(name: string): Promise<Attack> {
  return ((await import(join(folder, `${name}.ts`))) as { attack: Attack }).attack
}

/** Runs a case, on gateways in this place. A case that fails is broken, too. */
export async function findingsOf(
  { run }: Attack,
  { brief, place, starter = startGateway }: { brief: boolean; place?: Place; starter?: Start }
): Promise<Finding[]> {
  const gateways: AttackedGateway[] = []
  const start: Start = async (options) => {
    const gateway = await starter({ ...(place && { place }), ...options })
    gateways.push(gateway)
    return gateway
  }
  try {
    return await run(start, brief)
  } catch (error) {
    return [{ what: 'the case itself', value: String(error), held: false }]
  } finally {
    for (const gateway of gateways.reverse()) await gateway[Symbol.asyncDispose]()
  }
}

export function verdictOf({ held }: Finding): string {
  return held === undefined ? 'NOT JUDGED' : held ? 'HELD' : 'BROKEN'
}
