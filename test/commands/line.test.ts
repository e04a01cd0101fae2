import { describe, expect, it } from 'vitest'
import { commandFrom } from '../../src/commands/line.ts'

describe('the command line', () => {
  it.each([
    [[], { name: 'help' }],
    [['serve', '--help'], { name: 'help' }],
    [['-V'], { name: 'version' }],
    [['serve'], { name: 'serve', demo: false }],
    [['serve', '--demo', '::1', '0'], { name: 'serve', host: '::1', port: '0', demo: true }],
    [['env', '0.0.0.0'], { name: 'env', host: '0.0.0.0' }],
    [['doctor', '--demo'], { name: 'doctor', demo: true, worker: false }],
    [['token'], { name: 'token' }]
  ])('%j is understood', (args, command) => {
    expect(commandFrom(args)).toEqual(command)
  })

  it.each([
    [['frobnicate'], 'Unknown command: frobnicate'],
    [['serve', '--port=1'], "Unknown option '--port'"],
    [['serve', '--demo=yes'], "Option '--demo' does not take an argument"],
    [['serve', 'a', '1', 'b'], 'Unexpected argument for serve: b'],
    [['token', 'please'], 'Unexpected argument for token: please'],
    [['env', '--demo'], 'env has no option --demo']
  ])('%j is refused in one line, with exit code 2', (args, message) => {
    expect(() => commandFrom(args)).toThrow(
      expect.objectContaining({ exitCode: 2, message: `${message}. See codex-gateway --help` })
    )
  })
})
