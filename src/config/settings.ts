import { join } from 'node:path'
import { aliasesFromJson } from './aliases.ts'
import {
  absolute,
  approvalPolicy,
  choice,
  flag,
  list,
  optionalPath,
  optionalText,
  path,
  text,
  tokenFile,
  tokens,
  integer
} from './parse.ts'
import { imageSettings } from './image-settings.ts'
import { jwtSettings } from './jwt-settings.ts'
import { machineSettings } from './machine-settings.ts'
import { setting } from './setting.ts'
import type { Setting } from './setting.ts'
import { taskSettings } from './task-settings.ts'
import { providerSettings } from './provider-settings.ts'
import { sessionSettings } from './session-settings.ts'
import { agentSettings } from './agent-settings.ts'
import { webhookSettings } from './webhook-settings.ts'
import { usageSettings } from './usage-settings.ts'
import { workspaceSettings } from './workspace-settings.ts'
import { efforts, profileNames, sandboxModes } from '../turn/request.ts'

/** Every setting, in the order in which people read about them. The schema, `.env.example` and the README's table are made of this. */
export const settings = {
  CODEX_GATEWAY_HOST: setting(
    '127.0.0.1',
    text,
    'Address to listen on. Anything but a loopback address requires a token.'
  ),
  CODEX_GATEWAY_PORT: setting('8000', integer(0, 65_535), 'Port to listen on; 0 takes a free one.'),
  CODEX_GATEWAY_TOKEN: setting('', tokens, 'Token that clients send as their API key. Separate several with commas.'),
  CODEX_GATEWAY_TOKEN_FILE: setting(
    '',
    tokenFile,
    'File with more tokens, mode 0600: a line is `token`, `name token` or `name token workspaces=id,id scopes=api,usage:read`, and what is stored belongs to the name. SIGHUP reloads it.'
  ),
  ...jwtSettings,
  CODEX_TOKEN_REQUESTS_PER_MINUTE: setting(
    '0',
    integer(0, 1_000_000),
    'Requests that one principal (a name in the token file, or a token without one) may make in a minute; 0: no limit.'
  ),
  CODEX_ALLOWED_HOSTS: setting(
    '',
    list,
    'Host names, besides localhost and the listening address, that clients may use, separated by commas: those of a container or a proxy.'
  ),
  CODEX_WORKSPACE: setting('.', path, 'Folder that Codex works in.'),
  ...workspaceSettings,
  CODEX_CLI_HOME: setting(
    join('~', '.codex-gateway'),
    path,
    'HOME of the CLI; its `.codex` is CODEX_HOME. Created when missing.'
  ),
  CODEX_BIN: setting('', optionalPath, 'The codex binary. Unset: the one on PATH, or else the bundled one.'),
  CODEX_MODEL: setting('', optionalText, 'Model for requests that name none. Unset: the CLI’s default.'),
  CODEX_MODEL_ALIASES: setting(
    '{}',
    aliasesFromJson,
    'JSON object from a model name to another, or to `{model, effort, sandbox, engine, profile, strip_answer_tags, codex_instructions}`.'
  ),
  CODEX_ADVERTISED_MODELS: setting('', list, 'Models that `/v1/models` lists, separated by commas.'),
  CODEX_UNKNOWN_MODEL: setting(
    'reject',
    choice(['reject', 'default']),
    'What to do with a model name that is nowhere: `reject` it, or answer with the `default` model and name that in the header `x-codex-model`.'
  ),
  CODEX_MODEL_REASONING_EFFORT: setting(
    'high',
    choice(efforts),
    `Reasoning effort for requests that name none: ${efforts.join(', ')}. Where the model has not the wanted one, the nearest is used.`
  ),
  CODEX_SANDBOX: setting(
    'read-only',
    choice(sandboxModes),
    `What commands that the model runs may do: ${sandboxModes.join(', ')}.`
  ),
  CODEX_ENGINE: setting(
    'exec',
    text,
    '`exec`: one process per turn; `app-server`: one long-running process that streams token by token. Turns with the caller’s own tools always run on app-server.'
  ),
  CODEX_PROFILE: setting(
    'agent',
    choice(profileNames),
    '`agent`: Codex with its tools and the workspace; `bare`: the model and nothing else.'
  ),
  CODEX_APPROVAL_POLICY: setting(
    'never',
    approvalPolicy,
    'When Codex asks before it acts: never, on-request. Nobody can answer, so every question is declined.'
  ),
  CODEX_ENABLE_SEARCH: setting('0', flag, 'Let the model search the web: agents, and requests with `web_search`.'),
  CODEX_ADD_DIRS: setting(
    '',
    list.transform((dirs, context) => dirs.map((dir) => absolute(dir, context))),
    'More folders that `workspace-write` may write to, separated by commas.'
  ),
  CODEX_SKIP_GIT_REPO_CHECK: setting('1', flag, 'Work in a folder that is not a git repository.'),
  CODEX_TIMEOUT_SECONDS: setting('600', integer(1, 86_400), 'Seconds a turn may take, time in the queue included.'),
  CODEX_MAX_CONCURRENCY: setting('2', integer(1, 1_000), 'Turns that run at once.'),
  CODEX_MAX_QUEUE: setting(
    '16',
    integer(0, 100_000),
    'Turns that may wait for a slot; further ones are refused with 429.'
  ),
  CODEX_TOKEN_MAX_CONCURRENCY: setting(
    '0',
    integer(0, 1_000),
    'Turns that one principal may run at once; 0: as many as there are slots.'
  ),
  CODEX_TOKEN_MAX_QUEUE: setting(
    '0',
    integer(0, 100_000),
    'Turns that one principal may have in the queue; 0: the whole queue, or half of it when several tokens are configured.'
  ),
  CODEX_QUEUE_TIMEOUT_SECONDS: setting(
    '600',
    integer(1, 86_400),
    'Seconds a turn may wait for a slot before it is refused with 503.'
  ),
  CODEX_MAX_PROMPT_CHARS: setting('200000', integer(1, 1_048_576), 'Characters of text a request may send to Codex.'),
  CODEX_MAX_ANSWER_CHARS: setting(
    '4000000',
    integer(1_000, 1_073_741_824),
    'Characters that one answer may have, reasoning and arguments of tool calls included; a longer one is cut off there (`length`), and its turn is interrupted.'
  ),
  ...imageSettings,
  CODEX_SUBPROCESS_STREAM_LIMIT: setting(
    '8388608',
    integer(65_536, 1_073_741_824),
    'Bytes that one line of the CLI’s output may have.'
  ),
  CODEX_EARLY_HEADERS_SECONDS: setting(
    '0',
    integer(0, 86_400),
    'Seconds after which a response that is not streamed sends its headers, and then spaces until its body is ready; 0: never.'
  ),
  CODEX_KEEPALIVE: setting(
    'chunk',
    choice(['chunk', 'comment', 'off']),
    'What a stream sends during a long silence: `chunk` (an event without content), `comment`, or `off` (nothing).'
  ),
  CODEX_MAX_BODY_BYTES: setting('33554432', integer(1_024, 1_073_741_824), 'Bytes that a request body may have.'),
  CODEX_CORS_ORIGINS: setting(
    '',
    list,
    'Origins of web pages that may call the gateway, separated by commas, exactly as browsers send them.'
  ),
  CODEX_STRIP_ANSWER_TAGS: setting('0', flag, 'Remove `<think>`, `</think>`, `<answer>` and `</answer>` from answers.'),
  CODEX_DEBUG_LOG: setting('0', flag, 'Log prompts, events and answers too.'),
  CODEX_LOG_MAX_CHARS: setting('4000', integer(0, 10_000_000), 'Characters of each text that the debug log shows.'),
  ...providerSettings,
  CODEX_THREAD_TTL_HOURS: setting(
    '24',
    integer(0, 87_600),
    'Hours that stored responses, conversations, stored chat completions and persistent Codex threads are kept after their last use, at most 10,000 of each and 1 GiB; 0: nothing is stored.'
  ),
  CODEX_MAX_BACKGROUND: setting(
    '1000',
    integer(1, 100_000),
    'Background responses that may be unfinished, and half of them for one principal when several tokens are configured; further ones are refused with 429.'
  ),
  ...webhookSettings,
  ...agentSettings,
  ...sessionSettings,
  ...taskSettings,
  ...usageSettings,
  CODEX_WARM_THREADS: setting(
    '32',
    integer(0, 1_000),
    'Threads that app-server keeps loaded for ten minutes, so that conversations continue in them; 0: none.'
  ),
  CODEX_WAITING_TURNS: setting(
    '64',
    integer(0, 10_000),
    'Turns of app-server that wait, ten minutes at most, for the results of their tool calls, so that a tool loop is one turn; 0: none. Each takes 2 to 3 MB of app-server’s memory.'
  ),
  ...machineSettings,
  CODEX_UNSUPPORTED_PARAMS: setting(
    'ignore',
    choice(['ignore', 'ignore-all', 'reject']),
    'What to do with standard parameters that Codex cannot honour: `ignore` (and name them in a header) or `reject`. OpenAI’s own tools that Codex has not are an error, unless this is `ignore-all`.'
  )
} satisfies Record<string, Setting>
