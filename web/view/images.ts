/** Images of a message, as data URLs. */
export const maxImages = 8
const maxBytes = 5_000_000
const types = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']

export interface Attached {
  images: string[]
  /** Why some were not attached; null when all were. */
  refusal: string | null
}

/** Reads those files that Codex can see. */
export async function attached(files: readonly File[], room: number): Promise<Attached> {
  const usable = files.filter(({ type, size }) => types.includes(type) && size <= maxBytes)
  const images = await Promise.all(usable.slice(0, room).map(dataUrl))
  const isAll = images.length === files.length
  return {
    images,
    refusal: isAll ? null : `Up to ${maxImages} images of 5 MB can go with a message: PNG, JPEG, GIF or WebP.`
  }
}

export const filesIn = (transfer: DataTransfer | null): File[] => [...(transfer?.files ?? [])]

function dataUrl(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(reader.result as string)
    reader.onerror = () => reject(new Error(`${file.name} cannot be read.`))
    reader.readAsDataURL(file)
  })
}
