import type { Stats } from 'node:fs'
import { afterEach, expect, it, vi } from 'vitest'
import { checkPrivate } from '../../src/config/named-file.ts'

afterEach(() => vi.restoreAllMocks())

const problemWith = (mode: number, uid: number, gid: number) => {
  vi.spyOn(process, 'getuid').mockReturnValue(10_001)
  vi.spyOn(process, 'getgroups').mockReturnValue([10_001])
  try {
    checkPrivate({ mode: 0o100_000 | mode, uid, gid } as Stats, 'f')
    return 'none'
  } catch (error) {
    return (error as Error).message
  }
}
const open = 'names a file that other users may read; run chmod 600 f'
const foreign = 'names a file that belongs to another user: f'

it.each([
  ['this user’s alone', 0o600, 10_001, 10_001, 'none'],
  ['this user’s, and its group may read it', 0o640, 10_001, 10_001, open],
  ['root’s, for a group of this process, as Kubernetes mounts Secrets', 0o440, 0, 10_001, 'none'],
  ['root’s, for a group of this process that may write it', 0o660, 0, 10_001, open],
  ['root’s, for everybody', 0o444, 0, 10_001, open],
  ['root’s, for another group', 0o440, 0, 5, open],
  ['another user’s, for a group of this process', 0o440, 1_000, 10_001, open],
  ['another user’s alone', 0o600, 1_000, 10_001, foreign]
])('a file with secrets that is %s: %s of %i:%i', (_, mode, uid, gid, problem) => {
  expect(problemWith(mode, uid, gid)).toBe(problem)
})
