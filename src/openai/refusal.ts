/** What stands in the place of the model's words when it refused: Codex drops them (codex-cli 0.169). */
export const refusal = 'The model refused to answer. Codex does not pass on its words.'
