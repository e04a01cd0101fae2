// A process: the scripted model API that all codexes of the bench talk to. Argument: a port, or 0. To any message it sends what it received for tool loops since the last.
import { says } from '../../test/support/upstream/answer.ts'
import { cutAfter, dripped } from '../../test/support/upstream/script.ts'
import type { Script } from '../../test/support/upstream/script.ts'
import { startUpstream } from '../../test/support/upstream/upstream.ts'
import { longDeltas, longWord, openWord, slowDeltas, slowRate, slowWord } from './slow.ts'
import { SentCounter, stepFor } from './steps.ts'

const instant = says('Hello', ' from', ' the', ' model.')
const slow = dripped(slowRate, says(...Array.from({ length: slowDeltas }, (_, index) => `token-${index} `)))
const long = says(...Array.from({ length: longDeltas }, (_, index) => `token-${index} `))
const open = cutAfter('response.output_text.delta', says('Once', ' more.'), 'hang')
const sent = new SentCounter()
const answer = ({ raw }: { raw: Buffer }): Script => {
  if (raw.includes(slowWord)) return slow
  if (raw.includes(longWord)) return long
  if (raw.includes(openWord)) return open
  const step = stepFor(raw)
  if (step) sent.add(raw)
  return step ?? instant
}
const upstream = await startUpstream(answer, { kept: 1, port: Number(process.argv[2] ?? 0) })
process.on('message', () => process.send?.(sent.take()))
process.once('disconnect', () => process.exit())
process.send?.({ url: upstream.url })
