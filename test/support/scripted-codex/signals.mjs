// Every signal is recorded. What follows it is codex's own way unless a step says otherwise.
import process from 'node:process'

const reactions = { SIGINT: leave, SIGTERM: die, SIGHUP: die }
let record

export function takeSignals(to) {
  record = to
  for (const signal of Object.keys(reactions)) {
    process.on(signal, () => {
      record.write({ type: 'signal', signal })
      reactions[signal](signal)
    })
  }
}

export function react(signal, reaction) {
  reactions[signal] = reaction
}

/** codex exec ends with 1 and without a last event. */
function leave() {
  process.exit(1)
}

function die(signal) {
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
}
