/** Tokens, in exec's spelling. `input_tokens` counts the cached ones too, `output_tokens` the reasoning. */
export interface Usage {
  input_tokens: number
  cached_input_tokens: number
  output_tokens: number
  reasoning_output_tokens: number
}
