// Is present until it is killed.
import process from 'node:process'
import { setInterval } from 'node:timers'
import { Presence } from '../../src/store/presence.ts'

const presence = new Presence(process.argv[2])
process.stdout.write(`${presence.id}\n`)
setInterval(() => presence.isAlive(presence.id), 60_000)
