import { describe, expect, it } from 'vitest'
import { listingCall, listingSentence } from '../../src/demo/listing.ts'

const printed = (output: string, code = 0) =>
  `Chunk ID: 1\nWall time: 0.1 seconds\nProcess exited with code ${code}\nOutput:\n${output}`

describe('a look into the workspace', () => {
  it.each([
    [printed('src/\nREADME.md\n'), 'the workspace contains src/, README.md.'],
    [printed(''), 'the workspace is empty.'],
    [printed(Array.from({ length: 30 }, (_, index) => `f${index}\n`).join('')), 'f10, f11 and 18 more.'],
    [
      printed('bwrap: Creating new namespace failed: Operation not permitted\n', 1),
      'it failed: bwrap: Creating new namespace failed: Operation not permitted'
    ],
    ['exec_command failed: no such shell', 'it failed: exec_command failed: no such shell']
  ])('is told in a sentence: %j', (result, end) => {
    expect(listingSentence(result).endsWith(end)).toBe(true)
  })

  it('is not taken when codex offers no shell', () => {
    expect(listingCall([{ type: 'function', name: 'get_weather' }])).toBeUndefined()
  })
})
