/** Settings that only one of the two roles uses where turns run on workers. */
const ofRole = {
  'front end': [
    'CODEX_GATEWAY_TOKEN_FILE',
    'CODEX_JWT_SECRET_FILE',
    'CODEX_TOKEN_VERIFIER_URL',
    'CODEX_TOKEN_VERIFIER_SECRET_FILE',
    'CODEX_TOKEN_REQUESTS_PER_MINUTE',
    'CODEX_ADVERTISED_MODELS',
    'CODEX_STRIP_ANSWER_TAGS',
    'CODEX_EARLY_HEADERS_SECONDS',
    'CODEX_CORS_ORIGINS',
    'CODEX_UNSUPPORTED_PARAMS'
  ],
  worker: [
    'CODEX_BIN',
    'CODEX_WORKSPACE',
    'CODEX_ADD_DIRS',
    'CODEX_APPROVAL_POLICY',
    'CODEX_API_KEY',
    'CODEX_API_BASE_URL',
    'CODEX_MAX_CONCURRENCY',
    'CODEX_WARM_THREADS',
    'CODEX_WAITING_TURNS',
    'CODEX_SKIP_GIT_REPO_CHECK',
    'CODEX_SUBPROCESS_STREAM_LIMIT',
    'CODEX_WORKER_NAME',
    'CODEX_WORKER_EPHEMERAL'
  ]
} as const

/** The settings that are set and that this role does not use. */
export function unusedSettings(env: Readonly<Record<string, string | undefined>>, role: keyof typeof ofRole): string[] {
  const others = ofRole[role === 'worker' ? 'front end' : 'worker']
  return others.filter((name) => env[name]?.trim())
}
