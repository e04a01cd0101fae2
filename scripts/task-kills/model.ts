import { answer, says } from '../../test/support/upstream/answer.ts'
import type { UpstreamRequest } from '../../test/support/upstream/request.ts'
import type { Answer, Script } from '../../test/support/upstream/script.ts'
import { toolCall } from '../../test/support/upstream/tool-calls.ts'

/** A model that writes the marker of its task to a file, once. Told to go on, it looks first, as a model does. */
export function modelThatWrites(file: string): Answer {
  return (request): Script => {
    const texts = request.userTexts.join('\n')
    const [marker = ''] = /marker-\d+-end/.exec(texts) ?? []
    if (request.toolOutputs.length > 0) return says(`Done: ${marker}, not ${secretsIn(request)}.`)
    const append = `printf '%s\\n' ${marker} >> ${file}`
    const careful = `grep -qx ${marker} ${file} || ${append}`
    const command = /interrupted/.test(texts) ? careful : append
    return answer([
      toolCall(request, 'exec_command', { cmd: `sleep 0.0${marker.length % 7}; ${command}; echo "[$MARKER_SECRET]"` })
    ])
  }
}

/** What the command has printed, so that the answer has a secret in it. */
function secretsIn({ toolOutputs }: UpstreamRequest): string {
  return /\[([^\]]*)\]/.exec(JSON.stringify(toolOutputs))?.[1] ?? 'known'
}
