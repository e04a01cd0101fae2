import { answer, says } from '../../test/support/upstream/answer.ts'
import { failures } from '../../test/support/upstream/failure.ts'
import { functionCall } from '../../test/support/upstream/items.ts'
import type { UpstreamRequest } from '../../test/support/upstream/request.ts'
import { cutAfter, dripped, mute } from '../../test/support/upstream/script.ts'
import type { Script } from '../../test/support/upstream/script.ts'
import { runs, scriptFor } from '../../test/support/upstream/tool-calls.ts'

const words = Array.from({ length: 40 }, (_, index) => `word${index} `)

/** What a prompt makes the model do; any other is answered at once. */
const ways: Record<string, Script | ((request: UpstreamRequest) => Script)> = {
  slow: dripped(100, says(...words)),
  never: mute,
  torn: cutAfter('response.output_text.delta', says('Hel', 'lo'), 'drop'),
  refused: failures.unauthorized,
  long: says(...Array.from({ length: 200 }, () => 'x'.repeat(5_000))),
  call: answer([functionCall('weather', { city: 'Oslo' })]),
  daemon: (request) =>
    scriptFor(
      runs('setsid sleep 1000 > /dev/null 2>&1 & nohup sleep 1000 > /dev/null 2>&1 & echo left', says('Done.')),
      request
    )
}

/** The model of the soak: it does what the last words of a user say. */
export function answerTo(request: UpstreamRequest): Script {
  const asked =
    request.userTexts
      .at(-1)
      ?.replace(/^USER: /, '')
      .trim() ?? ''
  const way = ways[asked] ?? says('Fine.')
  return typeof way === 'function' ? way(request) : way
}
