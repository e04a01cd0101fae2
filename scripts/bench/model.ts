// A process: the scripted model API that all codexes of the bench talk to. Argument: a port, or 0.
import { says } from '../../test/support/upstream/answer.ts'
import { dripped } from '../../test/support/upstream/script.ts'
import type { Script } from '../../test/support/upstream/script.ts'
import { startUpstream } from '../../test/support/upstream/upstream.ts'
import { slowDeltas, slowRate, slowWord } from './slow.ts'

const instant = says('Hello', ' from', ' the', ' model.')
const slow = dripped(slowRate, says(...Array.from({ length: slowDeltas }, (_, index) => `token-${index} `)))
const answer = ({ raw }: { raw: Buffer }): Script => (raw.includes(slowWord) ? slow : instant)
const upstream = await startUpstream(answer, { kept: 1, port: Number(process.argv[2] ?? 0) })
process.once('disconnect', () => process.exit())
process.send?.({ url: upstream.url })
