import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Attack, Finding } from './case.ts'
import { startGateway } from './gateway.ts'
import type { AttackedGateway } from './gateway.ts'

const folder = join(import.meta.dirname, 'cases')
const all = readdirSync(folder).map((file) => file.replace('.ts', ''))
const names = process.argv.length > 2 ? process.argv.slice(2) : all
const unknown = names.filter((name) => !all.includes(name))
if (unknown.length > 0) {
  console.error(`There is no case ${unknown.join(', ')}. The cases are: ${all.join(', ')}.`)
  process.exit(2)
}

let broken = false
for (const name of names) {
  const { attack } = (await import(join(folder, `${name}.ts`))) as { attack: Attack }
  console.log(`${name}: ${attack.title}`)
  const findings = await findingsOf(attack)
  for (const { what, value, held } of findings) console.log(`  ${verdictOf(held).padEnd(10)} ${what}: ${value}`)
  broken ||= findings.some(({ held }) => held === false)
}
process.exitCode = broken ? 1 : 0

/** A case that fails is broken, too. */
async function findingsOf({ run }: Attack): Promise<Finding[]> {
  const gateways: AttackedGateway[] = []
  const start = async () => {
    const gateway = await startGateway()
    gateways.push(gateway)
    return gateway
  }
  try {
    return await run(start)
  } catch (error) {
    return [{ what: 'the case itself', value: String(error), held: false }]
  } finally {
    await Promise.all(gateways.map((gateway) => gateway[Symbol.asyncDispose]()))
  }
}

function verdictOf(held: boolean | undefined): string {
  return held === undefined ? 'NOT JUDGED' : held ? 'HELD' : 'BROKEN'
}
