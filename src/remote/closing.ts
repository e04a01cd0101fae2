/** Codes with which a WebSocket closes, by the reason. */
export const closing = {
  restart: 1_012,
  full: 1_013,
  stalled: 1_013,
  policy: 1_008,
  unreadable: 1_007,
  protocol: 1_002
}

const goOn = 'Its threads are stored, and turns go on.'

/** What a client is told when its connection is closed; a TUI shows it. */
export const closingSentences = {
  draining:
    'The gateway is shutting down. Turns at work may finish; new ones have to wait until you are connected again.',
  noInitialize: "The first message must be 'initialize'.",
  secondInitialize: "'initialize' came a second time.",
  early: "Too much came before 'initialize' was answered.",
  binary: 'Messages must be text.',
  unreadable: 'A message is no JSON object.',
  tooLong: 'A message was over 64 MiB, so the connection is closed.',
  notInTime: 'The app-server of this workspace is not there in time. It goes on starting: please try again.',
  failed: 'The gateway failed to open this workspace.',
  severed: `Codex has ended this connection. ${goOn}`,
  tooLongAnswer: `Codex sent a message over 128 MiB, so the connection is closed. ${goOn}`,
  serverNotReading: `The app-server of this workspace does not read what it is sent. ${goOn}`,
  clientNotReading: `This client does not read what it is sent. ${goOn}`
}
