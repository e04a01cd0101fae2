import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { InspectOptions } from '../../src/broker/inspect.ts'
import type { Role } from '../../src/broker/roles.ts'
import { subjectsFor } from '../../src/wire/subjects.ts'
import { startNats } from '../support/nats.ts'
import type { Nats } from '../support/nats.ts'

export const deployedFile = join(import.meta.dirname, '..', '..', 'scripts/deploy/nats.conf')
export const passwords = { f: 'frontpassword', w: 'workerpassword' }
const users = { f: 'front', w: 'worker' }

/** A server with `scripts/deploy/nats.conf`, but for what only a deployment has: its folder and its passwords. `more`: other users. */
export async function startDeployedNats(more = ''): Promise<Nats> {
  const text = await readFile(deployedFile, 'utf8')
  const local = text
    .replace(/^include passwords\.conf$/m, `FRONT_PASSWORD: "${passwords.f}"\nWORKER_PASSWORD: "${passwords.w}"`)
    .replace(/^jetstream .*$/m, '')
    .replace(/users = \[/, (found) => `${found}\n${more}`)
  return startNats({ config: local })
}

/** How one connects with the credentials of a role. */
export const connectionAs = (nats: Pick<Nats, 'url'>, role: Role): Pick<InspectOptions, 'address' | 'subjects'> => ({
  address: { servers: [nats.url], user: users[role], password: passwords[role], tls: false },
  subjects: subjectsFor('cg')
})
