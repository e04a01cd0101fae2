import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** What a gateway notes in a home about the store's version of it. */
const markerSchema = z.object({
  /** The version that this home came from, or was saved as; undefined where it has never been. */
  version: z.string().optional(),
  generation: z.number().int().nonnegative(),
  /** `saved`: all that is in it; `changed`: a codex has run in it since; `restoring`: it is not whole. */
  state: z.enum(['saved', 'changed', 'restoring'])
})

export type Marker = z.output<typeof markerSchema>

const name = '.gateway-saved.json'

/** Undefined where there is none. */
export async function readMarker(codexHome: string): Promise<Marker | undefined> {
  try {
    return markerSchema.parse(JSON.parse(await readFile(join(codexHome, name), 'utf8')))
  } catch {
    return undefined
  }
}

export async function writeMarker(codexHome: string, marker: Marker): Promise<void> {
  const path = join(codexHome, name)
  await writeFile(`${path}.new`, JSON.stringify(marker), { mode: 0o600 })
  await rename(`${path}.new`, path)
}
