import type { Content, Message } from '../../agents/message.ts'
import type { ApiContext } from '../../http/api.ts'
import { checkTextSize } from '../thread-messages.ts'
import type { AgentsDependencies } from './dependencies.ts'
import type { SentMessage } from './session-schema.ts'

type Needs = Pick<AgentsDependencies, 'fetchImages' | 'readImage' | 'maxPromptChars'>

/** Messages as they are given to codex: with their images, each checked. `at` is their place in the request. */
export async function messagesFrom(
  ctx: ApiContext,
  sent: string | readonly SentMessage[],
  at: string,
  needs: Needs
): Promise<Message[]> {
  const given = typeof sent === 'string' ? [{ content: sent }] : sent
  const plain = given.map(({ content }): Message => ({ content: partsOf(content) }))
  const complete = await needs.fetchImages(ctx, plain, at)
  return complete.map(({ content }, index) => ({ content: checked(content, `${at}[${index}].content`, needs) }))
}

/** What a function returned, with its images, each checked. */
export async function outputFrom(
  ctx: ApiContext,
  output: string | readonly Content[] | null | undefined,
  at: string,
  needs: Needs
): Promise<string | Content[] | null> {
  if (typeof output !== 'object' || output === null) return output ?? null
  const [complete] = await needs.fetchImages(ctx, [{ output }], at)
  return checked(complete?.output ?? output, `${at}.output`, needs)
}

const partsOf = (content: SentMessage['content']): Content[] =>
  typeof content === 'string' ? [{ type: 'input_text', text: content }] : content

function checked(content: readonly Content[], at: string, { readImage, maxPromptChars }: Needs): Content[] {
  const text = content.map((part) => (part.type === 'input_text' ? part.text : '')).join('')
  checkTextSize(text, maxPromptChars, at)
  return content.map((part, index) => {
    if (part.type === 'input_text') return part
    const image = readImage(part.image_url, `${at}[${index}].image_url`)
    return { type: 'input_image', image_url: image.type === 'image' ? image.url : part.image_url }
  })
}
