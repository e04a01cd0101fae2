import { setFlagsFromString } from 'node:v8'

/** Each with what V8 (Node 20 to 24) does without it. */
const flags = [
  ['--semi-space-growth-factor=1', '--semi-space-growth-factor=2'],
  ['--no-opt', '--opt'],
  ['--no-sparkplug', '--sparkplug'],
  ['--optimize-for-size', '--no-optimize-for-size']
] as const

/**
 * Keeps V8 small until it is disposed of. Loading the modules makes its young generation grow to what a busy server needs, and has its
 * compilers optimize what runs only once; a gateway that nobody asks anything would keep that memory: 25 MB. Under load it grows as ever.
 */
export function smallStart(): Disposable {
  for (const [small] of flags) setFlagsFromString(small)
  return {
    [Symbol.dispose]() {
      for (const [, usual] of flags) setFlagsFromString(usual)
    }
  }
}
