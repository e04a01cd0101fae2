import { randomBytes, randomUUID } from 'node:crypto'
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** The secret in the file, which is made, readable by its user alone, when it is missing. Several processes may ask at once. */
export async function keyIn(path: string): Promise<Buffer> {
  const found = await read(path)
  if (found) return found
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const whole = `${path}.${randomUUID()}`
  await writeFile(whole, randomBytes(32), { mode: 0o600, flag: 'wx' })
  await link(whole, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error // another process was first; its key holds
  })
  await unlink(whole)
  return readFile(path)
}

async function read(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
