import { readFileSync } from 'node:fs'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { isAlive } from '../process.ts'
import { begin, complete, says, turn } from './exec-steps.ts'
import { scriptedCodex } from './scripted-codex.ts'
import type { ChildKind } from './step.ts'

/** Starts it as the gateway does: a process group of its own and only the environment it is given. */
const start = (path: string, args: string[] = ['exec', '--json', '-'], input: string | undefined = 'Hi') =>
  execa(path, args, {
    env: { MARK: 'yes' },
    extendEnv: false,
    detached: true,
    reject: false,
    stdin: 'pipe',
    ...(input !== undefined && { input })
  })

const sessionOf = (pid: number) => Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[3])

describe('the scripted codex', () => {
  it('plays a turn and records how it was started', async () => {
    await using codex = await scriptedCodex({ exec: turn('Hello') })
    const { stdout, exitCode } = await start(codex.path)
    expect(stdout.split('\n').map((line) => (JSON.parse(line) as { type: string }).type)).toEqual([
      'thread.started',
      'turn.started',
      'item.completed',
      'turn.completed'
    ])
    expect(exitCode).toBe(0)
    const [run, ...others] = codex.runs()
    expect(others).toEqual([])
    expect(run).toMatchObject({
      kind: 'exec',
      argv: ['exec', '--json', '-'],
      stdin: 'Hi',
      stdinEnded: true,
      exitCode: 0,
      signals: [],
      env: { MARK: 'yes' }
    })
    expect(Object.keys(run?.env ?? {})).not.toContain('PATH')
    expect(codex.alive()).toEqual([])
  })

  it('answers questions about itself, as told', async () => {
    await using codex = await scriptedCodex({
      version: '0.170.1',
      answers: { 'login status': [{ stderr: 'Not logged in\n' }, { exit: 1 }] }
    })
    const [version, help, features, login] = await Promise.all(
      [['--version'], ['exec', '--help'], ['features', 'list'], ['login', 'status']].map((args) =>
        start(codex.path, args)
      )
    )
    expect(version?.stdout).toBe('codex-cli 0.170.1')
    expect(help?.stdout).toContain('--output-schema')
    expect(features?.stdout).toMatch(/^shell_tool +stable +true$/m)
    expect(login).toMatchObject({ exitCode: 1, stderr: 'Not logged in' })
    expect(codex.questions()).toHaveLength(4)
    expect(codex.runs()).toEqual([])
  })

  it('gives each of several runs its own steps, the last for all that follow', async () => {
    await using codex = await scriptedCodex({ exec: [[{ raw: 'first' }], [{ raw: 'second' }]] })
    const outputs: string[] = []
    for (let runs = 0; runs < 3; runs++) outputs.push((await start(codex.path)).stdout)
    expect(outputs).toEqual(['first', 'second', 'second'])
  })

  it.each<[ChildKind, string]>([
    ['plain', 'inherits'],
    ['nohup', 'inherits'],
    ['stubborn', 'inherits'],
    ['setsid', 'leaves'],
    ['double-fork', 'leaves']
  ])('starts a %s child, which %s its session, outlives it and is cleared away at the end', async (kind, does) => {
    const codex = await scriptedCodex({ exec: [{ spawn: kind, env: 'clean' }, { gate: 'go' }] })
    const running = start(codex.path)
    const [run] = await codex.until(([run]) => run?.children.length === 1)
    const { pid, began } = run?.children[0] ?? { pid: 0, began: 0 }
    expect(sessionOf(pid) === sessionOf(run?.pid ?? 0)).toBe(does === 'inherits')
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain('MARK')
    if (kind === 'stubborn') for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.kill(pid, signal)
    codex.open('go')
    await running
    expect(codex.alive()).toEqual([pid])
    await codex[Symbol.asyncDispose]()
    await expect.poll(() => isAlive(pid, began), { interval: 5 }).toBe(false)
  })

  it('takes signals as codex does, or as it is told', async () => {
    const hang = [{ mark: 'there' }, { hang: true as const }]
    await using codex = await scriptedCodex({
      exec: [
        hang,
        hang,
        [{ ignore: ['SIGINT'] }, ...hang],
        [{ on: 'SIGTERM', steps: [{ raw: 'bye' }, { exit: 7 }] }, ...hang]
      ]
    })
    const signalled = async (number: number, ...signals: NodeJS.Signals[]) => {
      const running = start(codex.path)
      await codex.until((runs) => runs[number - 1]?.marks[0] === 'there')
      for (const signal of signals) {
        const before = codex.runs()[number - 1]?.signals.length ?? 0
        running.kill(signal)
        await codex.until((runs) => runs[number - 1]?.signals.length === before + 1)
      }
      const { exitCode, signal, stdout } = await running
      return { exitCode, signal, stdout }
    }
    expect(await signalled(1, 'SIGINT')).toMatchObject({ exitCode: 1, stdout: '' })
    expect(await signalled(2, 'SIGTERM')).toMatchObject({ signal: 'SIGTERM' })
    expect(await signalled(3, 'SIGINT', 'SIGTERM')).toMatchObject({ signal: 'SIGTERM' })
    expect(await signalled(4, 'SIGTERM')).toMatchObject({ exitCode: 7, stdout: 'bye' })
    expect(codex.runs().map((run) => run.signals.map(({ signal }) => signal))).toEqual([
      ['SIGINT'],
      ['SIGTERM'],
      ['SIGINT', 'SIGTERM'],
      ['SIGTERM']
    ])
  })

  it('writes whatever it is told: bytes, a long line, a flood, stderr', async () => {
    await using codex = await scriptedCodex({
      exec: [
        ...begin,
        { base64: '/w==' },
        { longLine: 2 },
        { flood: { type: 'turn.started' }, times: 30_000 },
        { stderr: 'warning\n', times: 3 },
        complete
      ]
    })
    const { stdout, stderr } = await start(codex.path)
    const lines = stdout.split('\n')
    expect(lines[2]?.startsWith('\uFFFD{')).toBe(true)
    expect(lines[2]?.length).toBeGreaterThan(2 * 1_048_576)
    expect(lines).toHaveLength(30_004)
    expect(stderr).toBe('warning\nwarning\nwarning')
  })

  it('hears signals also while nobody reads what it writes', async () => {
    await using codex = await scriptedCodex({
      exec: [{ mark: 'flooding' }, { flood: { type: 'turn.started' }, times: 1_000_000 }]
    })
    const running = execa(codex.path, ['exec'], { buffer: false, reject: false })
    await codex.until(([run]) => run?.marks.length === 1)
    running.kill('SIGINT')
    await codex.until(([run]) => run?.exitCode === 1)
    running.stdout.destroy()
    await running
    expect(codex.alive()).toEqual([])
  })

  it('can kill itself, and can leave its stdout to a child', async () => {
    await using codex = await scriptedCodex({
      exec: [says('half'), { spawn: 'plain', stdout: 'inherit' }, { kill: 'SIGKILL' }]
    })
    const running = execa(codex.path, ['exec'], { buffer: false, reject: false })
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
      running.once('exit', (...end) => resolve(end))
    )
    expect([code, signal]).toEqual([null, 'SIGKILL'])
    expect(running.stdout.closed).toBe(false)
    expect(codex.alive()).toHaveLength(1)
    for (const pid of codex.alive()) process.kill(pid, 'SIGKILL')
    await running
  })

  it('plays an app-server: answers requests, says what it likes, and ends with its stdin', async () => {
    await using codex = await scriptedCodex({
      appServer: [
        { request: 'initialize', result: { userAgent: 'scripted' } },
        { request: 'turn/start', error: { code: -32001, message: 'busy' } },
        { request: 'never' }
      ]
    })
    const requests = [{ id: 0, method: 'initialize' }, { method: 'initialized' }, { id: 1, method: 'turn/start' }]
    const { stdout, exitCode } = await start(
      codex.path,
      ['app-server'],
      requests.map((request) => `${JSON.stringify(request)}\n`).join('')
    )
    expect(stdout.split('\n').map((line) => JSON.parse(line) as unknown)).toEqual([
      { id: 0, result: { userAgent: 'scripted' } },
      { id: 1, error: { code: -32001, message: 'busy' } }
    ])
    expect(exitCode).toBe(0)
    expect(codex.runs()[0]).toMatchObject({ kind: 'app-server', stdinEnded: true })
  })
})
