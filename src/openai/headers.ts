/** Headers of every answer that OpenAI's clients read, by their meaning. */
export const openaiHeaders = {
  time: 'openai-processing-ms',
  limit: 'x-ratelimit-limit-requests',
  remaining: 'x-ratelimit-remaining-requests',
  reset: 'x-ratelimit-reset-requests'
}
