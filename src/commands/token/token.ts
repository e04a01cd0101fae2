import { randomUUID } from 'node:crypto'
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SignJWT } from 'jose'
import { z } from 'zod'
import { configFrom, environment } from '../../config/config.ts'
import type { Config } from '../../config/config.ts'
import { CommandError } from '../error.ts'
import { shellQuoted, urlFrom } from '../shell.ts'
import type { TokenCommand } from './line.ts'

/** What is written down of a minted token, a line each: nothing by which anybody comes in. */
const minted = z.object({
  id: z.string(),
  name: z.string(),
  scope: z.string(),
  workspaces: z.array(z.string()),
  executor: z.string().optional(),
  /** Unix seconds. */
  created_at: z.number(),
  expires_at: z.number()
})
type Minted = z.output<typeof minted>

/** Mints a token, or lists those that were minted. Returns the exit code. */
export async function token(command: TokenCommand): Promise<number> {
  const config = configFrom(environment())
  if (command.name === 'tokens') process.stdout.write(listOf(config))
  else await mint(command, config)
  return 0
}

async function mint(
  { face, workspaces, days, principal, executor }: TokenCommand & { name: 'mint' },
  config: Config
): Promise<void> {
  const [secret] = config.CODEX_JWT_SECRET_FILE?.secrets ?? []
  if (secret === undefined) throw new CommandError(noSecret)
  const now = Math.floor(Date.now() / 1000)
  const record: Minted = {
    ...{ id: `tok_${randomUUID().replaceAll('-', '')}`, name: principal, scope: face, workspaces },
    ...(executor !== undefined && { executor }),
    ...{ created_at: now, expires_at: now + days * 86_400 }
  }
  const claims = { scope: face, ...(workspaces.length > 0 && { ws: workspaces }), ...(executor && { exe: executor }) }
  const jwt = new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(principal)
    .setJti(record.id)
    .setIssuedAt(now)
    .setExpirationTime(record.expires_at)
  if (config.CODEX_JWT_AUDIENCE !== undefined) jwt.setAudience(config.CODEX_JWT_AUDIENCE)
  const token = await jwt.sign(new TextEncoder().encode(secret))
  const path = recordsIn(config)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  appendFileSync(path, `${JSON.stringify(record)}\n`, { mode: 0o600 })
  process.stdout.write(`${token}\n`)
  process.stderr.write(`${record.id}, valid until ${dateOf(record.expires_at)}. ${usageOf(record, config)}\n`)
}

const noSecret =
  'CODEX_JWT_SECRET_FILE is not set, and a token is signed with its first line. Make one: (umask 077; openssl rand -base64 48 > jwt-secrets), set CODEX_JWT_SECRET_FILE=jwt-secrets, and restart the gateway'

function usageOf({ scope, executor }: Minted, config: Config): string {
  const base = urlFrom(config.CODEX_GATEWAY_HOST, config.CODEX_GATEWAY_PORT)
  const remote = `codex --remote ${base.replace(/^http/, 'ws')} --remote-auth-token-env CODEX_REMOTE_TOKEN`
  if (scope === 'remote') return `Put it into CODEX_REMOTE_TOKEN and run:\n  ${remote}`
  if (scope === 'api') return 'Clients send it as their API key.'
  return `Put it into AWS_SESSION_TOKEN and run:\n  AWS_ACCESS_KEY_ID=codex AWS_SECRET_ACCESS_KEY=codex codex exec-server --remote ${base}/executors --remote-transport direct --environment-id ${shellQuoted(executor ?? '')} --aws-sigv4 --aws-region gateway`
}

function listOf(config: Config): string {
  const revoked = new Set(config.CODEX_REVOKED_FILE?.ids)
  const now = Date.now() / 1000
  const lines = mintedIn(config).map((one) => {
    const state = revoked.has(one.id) ? 'revoked' : one.expires_at <= now ? 'expired' : 'valid'
    const where = [one.workspaces.join(','), one.executor].filter(Boolean).join(' ')
    return `${one.id}  ${state.padEnd(7)}  until ${dateOf(one.expires_at)}  ${one.scope.padEnd(8)}  ${one.name}  ${where}\n`
  })
  return lines.length === 0 ? 'No token has been minted with this CODEX_CLI_HOME.\n' : lines.join('')
}

/** A line that is damaged is left out. */
function mintedIn(config: Config): Minted[] {
  let text = ''
  try {
    text = readFileSync(recordsIn(config), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return text.split('\n').flatMap((line) => {
    try {
      return minted.safeParse(JSON.parse(line)).data ?? []
    } catch {
      return []
    }
  })
}

const recordsIn = ({ CODEX_CLI_HOME: home }: Config) => join(home, 'gateway', 'tokens.jsonl')

const dateOf = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10)
