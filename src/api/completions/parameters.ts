import { honoured, ignored, refused } from '../../http/parameters.ts'
import type { Parameter, ParameterTable } from '../../http/parameters.ts'

const sampling = 'Codex chooses the sampling itself.'

const parameters: Record<string, Parameter> = {
  prompt: honoured('A text or a list of texts, each of which is a turn, one after another.'),
  model: honoured('An alias, an advertised model, a built-in name or one of the CLI’s catalog.'),
  stream: honoured('Complete messages from exec, tokens from app-server.'),
  stream_options: honoured('`include_usage`.'),
  n: honoured('Up to 8 answers to each prompt, and 16 in all: each is a turn, one after another.'),
  stop: honoured('Up to 4 sequences, cut by the gateway.'),
  best_of: refused('One answer per prompt.', 1),
  echo: refused('The answer does not repeat the prompt.', false),
  suffix: refused('Codex does not fill in the middle of a text.', ''),
  logprobs: refused('Codex does not report token probabilities.', 0),
  temperature: ignored(sampling, 1),
  top_p: ignored(sampling, 1),
  presence_penalty: ignored(sampling, 0),
  frequency_penalty: ignored(sampling, 0),
  logit_bias: ignored(sampling, {}),
  seed: ignored(sampling),
  max_tokens: ignored('Codex has no limit on the length of an answer.'),
  user: ignored('Not stored.')
}

/** Every standard parameter of a legacy completion. */
export const completionsParameters: ParameterTable = new Map(Object.entries(parameters))
