type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

/** How a child of the scripted codex is started; all sleep for ten minutes. `stubborn` ignores INT, TERM and HUP. */
export type ChildKind = 'plain' | 'nohup' | 'setsid' | 'double-fork' | 'stubborn'

/** One thing that a scripted codex does. Steps run one after another; after the last one it exits with 0. */
export type Step =
  | { emit: unknown } // one JSON line on stdout
  | { raw: string } // on stdout as it is
  | { base64: string } // bytes on stdout, such as invalid UTF-8
  | { longLine: number } // an agent_message with so many MB of text, as one line
  | { flood: unknown; times: number } // the same JSON line again and again, as fast as the reader takes it
  | { stderr: string; times?: number }
  | { stdin: 'end' } // read stdin to its end; without this step it is not read at all
  | { request: string; result?: unknown; error?: unknown } // wait for a JSON-RPC request of this method, and answer it if told how; others are dropped
  | { spawn: ChildKind; stdout?: 'inherit'; env?: 'clean' } // `clean`: with no variable of its parent's
  | { ignore: Signal[] }
  | { on: Signal; steps: Step[] } // instead of dying of it
  | { mark: string } // tells the test that this point is reached
  | { gate: string } // waits until the test opens it
  | { wait: number } // milliseconds
  | { close: 'stdout' | 'stdin' }
  | { kill: NodeJS.Signals } // itself
  | { exit: number }
  | { hang: true }
