import { caseNamed, caseNames, findingsOf, verdictOf } from './findings.ts'
import { places } from './places.ts'

const brief = process.argv.includes('--brief')
const named = process.argv.slice(2).filter((argument) => argument !== '--brief')
const unknown = named.filter((name) => !caseNames.includes(name))
if (unknown.length > 0) {
  console.error(`There is no case ${unknown.join(', ')}. The cases are: ${caseNames.join(', ')}.`)
  process.exit(2)
}

const [here, ...others] = places()
let broken = 0
for (const name of named.length > 0 ? named : caseNames) {
  const attack = await caseNamed(name)
  if (brief && attack.long && named.length === 0) continue
  for (const place of attack.everywhere && !brief ? [here!, ...others] : [here!]) {
    const begun = performance.now()
    const findings = await findingsOf(attack, { brief, place })
    const seconds = ((performance.now() - begun) / 1_000).toFixed(1)
    console.log(`${name}: ${attack.title} (${place.name}; ${seconds} s)`)
    for (const finding of findings) {
      console.log(`  ${verdictOf(finding).padEnd(10)} ${finding.what}: ${finding.value}`)
      if (finding.held === false) broken += 1
    }
  }
}
console.log(broken === 0 ? 'Nothing is broken.' : `Broken: ${broken}.`)
process.exitCode = broken === 0 ? 0 : 1
