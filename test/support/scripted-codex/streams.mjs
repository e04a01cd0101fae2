// stdin and stdout without blocking: Node's own process.stdout would stop the whole process, signals too, while the pipe is full.
import { Buffer } from 'node:buffer'
import { closeSync } from 'node:fs'
import { Socket } from 'node:net'
import process from 'node:process'

const opened = new Map()

function writable(fd) {
  if (!opened.has(fd))
    opened.set(
      fd,
      new Socket({ fd, readable: false, writable: true }).on('error', () => process.exit(1))
    )
  return opened.get(fd)
}

/** Resolves when the pipe has taken it. */
export function write(fd, data) {
  return new Promise((resolve) => writable(fd).write(data, () => resolve()))
}

/** Writes `text` `times` times, in pieces of about 64 KiB. */
export async function repeat(fd, text, times) {
  const batch = Math.max(1, Math.floor(65_536 / text.length))
  const piece = Buffer.from(text.repeat(batch))
  let left = times
  for (; left >= batch; left -= batch) await write(fd, piece)
  await write(fd, text.repeat(left))
}

/** libuv never closes descriptors 0 to 2 by itself. */
export function closeStdout() {
  writable(1).destroy()
  closeSync(1)
}

export function closeStdin() {
  closeSync(0)
}
