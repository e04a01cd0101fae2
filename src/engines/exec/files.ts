import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The files a turn needs: paths, in the folder it was given. */
export interface TurnFiles {
  images: string[]
  schemaFile?: string
}

/** Writes a turn's images (data URLs) and schema, each 0600 and new, into its own folder. */
export async function writeTurnFiles(folder: string, images: readonly string[], schema: unknown): Promise<TurnFiles> {
  const write = async (name: string, data: Buffer | string) => {
    const path = join(folder, name)
    await writeFile(path, data, { mode: 0o600, flag: 'wx' })
    return path
  }
  return {
    images: await Promise.all(
      images.map((url, index) => write(`image-${index + 1}.${extensionOf(url)}`, bytesFrom(url)))
    ),
    ...(schema !== undefined && { schemaFile: await write('schema.json', JSON.stringify(schema)) })
  }
}

function bytesFrom(dataUrl: string): Buffer {
  return Buffer.from(dataUrl.slice(dataUrl.indexOf(',') + 1), 'base64')
}

function extensionOf(dataUrl: string): string {
  return dataUrl.match(/^data:image\/(png|jpeg|webp|gif)/)?.[1] ?? 'png'
}
