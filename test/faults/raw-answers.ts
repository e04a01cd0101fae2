import { connect } from 'node:net'
import type { Answered } from './fuzzing.ts'

const patience = 10_000

/** Sends pieces of bytes, in latin1, one after another, then no more, and reads to the end of the connection. Rejects when it does not end. */
export async function exchanged(port: number, pieces: readonly string[]): Promise<Buffer> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => {})
  const late = setTimeout(() => socket.destroy(new Error('late')), patience)
  let isLate = false
  socket.once('error', (error) => (isLate = error.message === 'late'))
  const closed = new Promise((resolve) => socket.once('close', resolve))
  for (const piece of pieces) await new Promise<void>((resolve) => socket.write(piece, 'latin1', () => resolve()))
  socket.end()
  socket.once('end', () => socket.destroy())
  await closed
  clearTimeout(late)
  if (isLate) throw new Error(`The connection was still open after ${patience / 1_000} s.`)
  return Buffer.concat(chunks)
}

const head = /^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n((?:[\w-]+: ?[^\r\n]*\r\n)*)\r\n/

/** The answers in what a connection brought. Throws for anything that is no answer, and for bytes between two of them. */
export function answersIn(bytes: Buffer): Answered[] {
  const answers: Answered[] = []
  let rest = bytes.toString('latin1')
  while (rest !== '') {
    const [start, status, headers = ''] = head.exec(rest) ?? []
    if (start === undefined) throw new Error(`This is no answer: ${JSON.stringify(rest.slice(0, 200))}`)
    const [text, length] = bodyOf(rest.slice(start.length), Number(status), headers)
    answers.push({ status: Number(status), contentType: headerIn(headers, 'content-type'), text })
    rest = rest.slice(start.length + length)
  }
  return answers
}

const headerIn = (headers: string, name: string) => new RegExp(`^${name}: ?(.*)\\r$`, 'im').exec(headers)?.[1]

/** A body, and how many bytes it takes. */
function bodyOf(rest: string, status: number, headers: string): [text: string, length: number] {
  if (status < 200 || status === 204 || status === 304) return ['', 0]
  const length = headerIn(headers, 'content-length')
  if (length !== undefined) return [utf8(rest.slice(0, Number(length))), Number(length)]
  let [text, at] = ['', 0]
  for (;;) {
    const [line, size = ''] = /^([\da-f]+)\r\n/i.exec(rest.slice(at)) ?? []
    if (line === undefined) throw new Error(`This is no chunk: ${JSON.stringify(rest.slice(at, at + 100))}`)
    text += rest.slice(at + line.length, at + line.length + parseInt(size, 16))
    at += line.length + parseInt(size, 16) + 2
    if (parseInt(size, 16) === 0) return [utf8(text), at]
  }
}

const utf8 = (latin1: string) => Buffer.from(latin1, 'latin1').toString()
