import { GatewayError } from '../../turn/error.ts'

const newline = 0x0a

/**
 * The lines of a byte stream, decoded as UTF-8. A line longer than `limit` bytes ends it with `upstream_error`.
 * The reader's pace is the child's: nothing is read ahead but the chunk at hand.
 */
export async function* linesFrom(chunks: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<string> {
  let held: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      held.push(chunk.subarray(start, end))
      checkLength(size + end - start, limit)
      yield text(held)
      held = []
      size = 0
      start = end + 1
    }
    if (start === chunk.length) continue
    held.push(chunk.subarray(start))
    size += chunk.length - start
    checkLength(size, limit)
  }
  if (held.length > 0) yield text(held)
}

function text(parts: Uint8Array[]): string {
  return (
    parts.length === 1
      ? Buffer.from(parts[0]!.buffer, parts[0]!.byteOffset, parts[0]!.byteLength)
      : Buffer.concat(parts)
  ).toString('utf8')
}

function checkLength(size: number, limit: number): void {
  if (size > limit) throw new GatewayError('upstream_error', 'Codex wrote a line that is too long.')
}
