import { describe, expect, it } from 'vitest'
import { taskCommandFrom } from '../../src/commands/task/line.ts'

describe('the command line of task', () => {
  it('makes a task of options, with the values of variables that it names', () => {
    const args = 'run Do it. --model gpt --env A --timeout 5 --retry safe --when-limited wait --key k --json'.split(' ')
    expect(taskCommandFrom(args, { A: '1' })).toMatchObject({
      json: true,
      action: {
        kind: 'run',
        body: {
          prompt: 'Do it.',
          model: 'gpt',
          env: { A: '1' },
          timeoutSeconds: 5,
          retry: 'safe',
          whenLimited: 'wait',
          idempotencyKey: 'k'
        }
      }
    })
  })

  it('gives a template its parameters, as JSON where they are', () => {
    const args = ['run', '--template', 'one', '--param', 'a=1', '--param', 'b=x=y']
    expect(taskCommandFrom(args, {}).action).toMatchObject({
      template: 'one',
      body: { parameters: { a: 1, b: 'x=y' } }
    })
  })

  it.each([
    [[], 'task needs one of run, list, show, cancel'],
    [['run'], 'task run needs a prompt, or - to read it'],
    [['run', 'x', '--env', 'NONE'], '--env NONE: there is no such variable in the environment'],
    [['run', 'x', '--env', 'A=secret'], '--env A: there is no such variable in the environment'],
    [['run', 'x', '--timeout', 'soon'], '--timeout must be a number of seconds'],
    [['run', 'x', '--schema', '/nowhere'], '/nowhere cannot be read (ENOENT)'],
    [['run', '--template', 't', '--model', 'm'], "--model is the template's"],
    [['list', '--status', 'odd'], '--status must be one of queued, running, waiting_for_reset, succeeded, failed'],
    [['list', '--model', 'm'], 'task list has no option --model'],
    [['show'], 'task show needs the id of a task'],
    [['cancel', 'a', 'b'], 'Unexpected argument for task cancel: b'],
    [['show', 'a', '--odd'], "Unknown option '--odd'"]
  ])('%j is refused in one line, with exit code 2', (args, message) => {
    expect(() => taskCommandFrom(args, {})).toThrow(
      expect.objectContaining({ exitCode: 2, message: `${message}. See codex-gateway --help` })
    )
  })
})
