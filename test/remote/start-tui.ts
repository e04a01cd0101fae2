import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn } from '@lydell/node-pty'
import xterm from '@xterm/headless'
import { within } from '../../src/turn/deadline.ts'
import { Changes } from '../support/changes.ts'
import { codexBinary } from '../support/upstream/codex-home.ts'

/** The real TUI in a terminal of its own. */
export interface Tui extends AsyncDisposable {
  /** What is on the screen, and what has scrolled out of it at its top. */
  readonly screen: () => string
  readonly type: (keys: string) => void
  /** Types a line and sends it, once it is on the screen. */
  readonly enter: (line: string) => Promise<void>
  /** Resolves when this is on the screen. Rejects with the screen when it does not come. */
  readonly shows: (what: string | RegExp) => Promise<void>
  /** Resolves when this is not, or no longer, on the screen. */
  readonly hides: (what: string) => Promise<void>
  /** Resolves to the exit code. */
  readonly exited: Promise<number>
}

export const keys = { enter: '\r', escape: '\u001b', down: '\u001b[B', ctrlC: '\u0003' }

/** Milliseconds for something to come to the screen of a busy machine. */
const patience = 60_000

/** Starts `codex --remote URL` with a home of its own, or another of its commands. */
export async function startTui(url: string, token: string, args: readonly string[] = []): Promise<Tui> {
  const home = await mkdtemp(join(tmpdir(), 'tui-'))
  const [codexHome, folder] = [join(home, '.codex'), join(home, 'folder')]
  await Promise.all([mkdir(codexHome), mkdir(folder)])
  await writeFile(join(codexHome, 'config.toml'), config)
  const terminal = new xterm.Terminal({ cols: 120, rows: 40, scrollback: 2_000, allowProposedApi: true })
  const remote = ['--remote', url, '--remote-auth-token-env', 'REMOTE_TOKEN']
  const child = spawn(codexBinary, [...remote, ...args], {
    ...{ cols: 120, rows: 40, cwd: folder, name: 'xterm-256color' },
    env: { PATH: '/usr/bin:/bin', HOME: home, CODEX_HOME: codexHome, REMOTE_TOKEN: token, TERM: 'xterm-256color' }
  })
  const changes = new Changes()
  child.onData((data) => terminal.write(data, () => changes.happened()))
  terminal.onData((answer) => child.write(answer)) // the terminal's own answers to what the TUI asks it
  let isOver = false
  const exited = new Promise<number>((resolve) => {
    child.onExit(({ exitCode }) => {
      isOver = true
      resolve(exitCode)
      changes.happened()
    })
  })
  const screen = () => {
    const { active } = terminal.buffer
    const lines = Array.from({ length: active.length }, (_, at) => active.getLine(at)?.translateToString(true) ?? '')
    return lines.join('\n').trim()
  }
  const until = async (holds: () => boolean, what = 'what was typed') => {
    await within(
      patience,
      changes.until(() => holds() || isOver)
    )
    if (!holds()) throw new Error(`${what} did not come to the screen${isOver ? ' before it ended' : ''}:\n${screen()}`)
  }
  const shows = (what: string | RegExp) =>
    until(() => (typeof what === 'string' ? screen().includes(what) : what.test(screen())), String(what))
  return {
    hides: (what) => until(() => !screen().includes(what), `the absence of ${what}`),
    ...{ screen, shows, exited, type: (text) => child.write(text) },
    async enter(line) {
      const composer = () =>
        screen()
          .split('\n')
          .findLast((shown) => /^[›!]/.test(shown)) ?? ''
      const isThere = (text: string) => composer().replace(/^! ?/, '!').includes(text)
      for (const [at, character] of [...line].entries()) {
        child.write(character) // one by one: it takes what comes quickly for something that is pasted, and Enter for a part of it
        await until(() => isThere(line.slice(0, at + 1).trimEnd()))
      }
      child.write(keys.enter)
      await until(() => !isThere(line))
    },
    async [Symbol.asyncDispose]() {
      if (!isOver) child.kill('SIGKILL')
      await exited
      terminal.dispose()
      await rm(home, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}

/** Without these questions, which would come first. */
const config = `check_for_update_on_startup = false
[notice.model_migrations]
"gpt-5.5" = "gpt-6-sol"
[analytics]
enabled = false
`
