// A process that logs and ends in the way that its first argument names.
import process from 'node:process'
import { setInterval } from 'node:timers'
import { createLog } from '../../src/telemetry/log.ts'

const log = createLog()
log.info('first')
log.info('last')
switch (process.argv[2]) {
  case 'exits':
    process.exit(3)
    break
  case 'throws':
    throw new Error('nobody catches this')
  case 'is killed after a fatal error':
    log.fatal('fatal')
    process.kill(process.pid, 'SIGKILL')
    break
  case 'waits':
    setInterval(() => {}, 1000)
}
