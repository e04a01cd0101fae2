/** Characters that a notification may have as it is, and each of its texts where it has more. */
const limits = { frame: 262_144, text: 16_384 }

/** A notification as it is stored: where it is very long, such as one with an image, its long texts are cut, with a word of how much. */
export function shortened(method: string, params: object, json: string): { params: object; json: string } {
  if (json.length <= limits.frame) return { params, json }
  const cut = cutTexts(params) as object
  return { params: cut, json: JSON.stringify({ method, params: cut }) }
}

function cutTexts(value: unknown): unknown {
  if (typeof value === 'string') return value.length <= limits.text ? value : cutText(value)
  if (Array.isArray(value)) return value.map(cutTexts)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, cutTexts(member)]))
}

const cutText = (text: string) =>
  text.startsWith('data:')
    ? `data:,` // an image that is cut is none
    : `${text.slice(0, limits.text)}… [${text.length - limits.text} characters more are not stored]`
