import { honoured, ignored } from '../../http/parameters.ts'
import type { ParameterTable } from '../../http/parameters.ts'
import { responsesParameters } from './parameters.ts'

const cache = ignored('Codex sends a key of its own.')
const same = (name: string) => [name, responsesParameters.get(name) ?? honoured('')] as const

/** Every standard parameter of a compaction, and `conversation`, whose items can be compacted, too. */
export const compactParameters: ParameterTable = new Map([
  same('model'),
  same('input'),
  same('service_tier'),
  ['instructions', honoured('What the model reads before it writes the summary. It is not part of what comes back.')],
  ['previous_response_id', honoured('What it continues is compacted, up to its end, with `input` behind it.')],
  ['conversation', honoured('Its items are compacted, with `input` behind them. They stay as they are.')],
  ['prompt_cache_key', cache],
  ['prompt_cache_options', cache],
  ['prompt_cache_retention', cache]
])
