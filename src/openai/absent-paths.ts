/** Paths of OpenAI's API that cannot be served by Codex: what they begin with, and what a caller can do instead. */
export const absentPaths: Readonly<Record<string, string>> = {
  '/embeddings':
    'Codex has no embeddings. Point the embedder at another API: most frameworks give it a base URL of its own.',
  '/files': 'Codex stores no files. Send text as text, and images as data URLs, in the request itself.',
  '/uploads': 'Codex stores no files. Send text as text, and images as data URLs, in the request itself.',
  '/vector_stores': 'Codex has no vector stores. Search with a tool of your own, and send what it finds.',
  '/audio': 'Codex neither hears nor speaks. Point speech and transcription at another API.',
  '/realtime': 'Codex has no realtime sessions. Stream a chat completion or a response instead.',
  '/images': 'Codex makes no images. Point image generation at another API.',
  '/videos': 'Codex makes no videos. Point video generation at another API.',
  '/moderations': 'Codex does not moderate. Point moderation at another API, or turn it off in the client.',
  '/batches': 'There are no batches. Send the requests one by one: what has no free slot is queued.',
  '/fine_tuning': 'Codex does not train models.',
  '/evals': 'Codex has no evals. Run them in the client, with chat completions or responses.',
  '/assistants': 'OpenAI’s Assistants API is not served. Use responses with `previous_response_id`.',
  '/threads': 'OpenAI’s Assistants API is not served. Use responses with `previous_response_id`.',
  '/containers': 'Codex runs code where the gateway runs: leave the containers out.',
  '/organization': 'There is no organization to administer here. The gateway’s settings are in its .env.',
  '/projects': 'There are no projects to administer here. The gateway’s settings are in its .env.'
}

/** What to do instead of calling a path of OpenAI's that is absent; undefined for any other path. `path` has no `/v1`. */
export function adviceForPath(path: string): string | undefined {
  const [, first = ''] = path.split('/', 2)
  return absentPaths[`/${first}`]
}
