import type { OpenAI } from 'openai-newest'
import { Agents } from 'openai-newest/resources/beta/agents/agents'
import type {
  EnvironmentCreateParams,
  EnvironmentInfo
} from 'openai-newest/resources/beta/agents/environments/environments'
import type { EnvironmentFile, FileCreateParams } from 'openai-newest/resources/beta/agents/environments/files'
import type {
  EnvironmentTemplate,
  TemplateCreateParams,
  TemplateUpdateParams
} from 'openai-newest/resources/beta/agents/environments/templates'
import type { SessionArtifact } from 'openai-newest/resources/beta/agents/sessions/artifacts'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { z } from 'zod'
import type { agentCreation, agentUpdate } from '../../../src/api/agents/agent-operations.ts'
import type { eventCreation, sessionCreation, sessionUpdate } from '../../../src/api/agents/session-schema.ts'
import type { ShownAutomation, ShownInvocation } from '../../../src/api/agents/automation-answers.ts'
import type { automationUpdate, automationCreation } from '../../../src/api/agents/automation-schema.ts'
import type {
  artifactAnswer,
  fileAnswer,
  fileCreation,
  templateCreation
} from '../../../src/api/agents/environments/schema.ts'
import type { shownTemplate } from '../../../src/api/agents/environments/template.ts'
import type { environmentInfo } from '../../../src/agents/shown-environment.ts'
import type { ShownSession } from '../../../src/agents/made.ts'
import type { ShownTurn } from '../../../src/agents/shown-turn.ts'
import type { Subagent } from '../../../src/agents/subagents.ts'
import type { Trace } from '../../../src/agents/trace.ts'
import type { Tool } from '../../../src/agents/tools.ts'

/** Fields of one that the other has not. */
type Missing<One, Other> = Exclude<keyof One, keyof Other>
type Made<Schema extends z.ZodType> = z.input<Schema>

/** The paths of all values of a type, and the words that they may be: `.tools[].type=function`. */
type Paths<T, At extends string = ''> = T extends string
  ? string extends T
    ? At
    : `${At}=${T}`
  : T extends readonly (infer Item)[]
    ? Paths<Item, `${At}[]`>
    : T extends object
      ? string extends keyof T
        ? At
        : { [Key in keyof T & string]: Paths<T[Key], `${At}.${Key}`> }[keyof T & string]
      : At
/** What is refused as a whole, read as a header, or the client's own. */
type Opaque = `${string}.${'plugins' | 'skills' | 'prompt_cache_options' | 'Idempotency-Key' | 'toolHandlers'}${string}`
type Unread<Sent, Schema extends z.ZodType> = Exclude<Paths<Sent>, Paths<Made<Schema>> | Opaque>
/** Our types are wider there. */
type Wider = `${string}tools[].type=tool_search` | '.error.code' | '.source.automation'
type Unknown<Shown, Known> = Exclude<Paths<Shown>, Paths<Known> | Wider>

describe('the types of the newest client', () => {
  it('have no field of a request that is not read', () => {
    expectTypeOf<Missing<OpenAI.Beta.AgentCreateParams, Made<typeof agentCreation>>>().toBeNever()
    expectTypeOf<Missing<OpenAI.Beta.AgentUpdateParams, Made<typeof agentUpdate>>>().toBeNever()
    expectTypeOf<
      Exclude<Missing<OpenAI.Beta.Agents.SessionCreateParams, Made<typeof sessionCreation>>, 'toolHandlers'>
    >().toBeNever()
    expectTypeOf<Missing<OpenAI.Beta.Agents.SessionUpdateParams, Made<typeof sessionUpdate>>>().toBeNever()
    expectTypeOf<Missing<OpenAI.Beta.Agents.AutomationUpdateParams, Made<typeof automationUpdate>>>().toBeNever()
    expectTypeOf<Missing<OpenAI.Beta.Agents.AutomationCreateParams, Made<typeof automationCreation>>>().toBeNever()
  })

  it('have no field of an environment that is not read', () => {
    type Sent = Extract<OpenAI.Beta.Agents.SessionCreateParams['environment'], { files?: unknown }>
    type Read = Extract<Made<typeof sessionCreation>['environment'], { type: 'openai_hosted' }>
    expectTypeOf<Missing<Sent, Read>>().toBeNever()
    expectTypeOf<Missing<EnvironmentCreateParams.Environment, Read>>().toBeNever()
    expectTypeOf<Missing<Sent['network'] & object, NonNullable<Read['network']>>>().toBeNever()
    expectTypeOf<Missing<TemplateCreateParams, Made<typeof templateCreation>>>().toBeNever()
    expectTypeOf<Missing<TemplateUpdateParams, Made<typeof templateCreation>>>().toBeNever()
    type SentTypes = OpenAI.Beta.Agents.SessionCreateParams['environment']['type']
    expectTypeOf<SentTypes>().toEqualTypeOf<Made<typeof sessionCreation>['environment']['type']>()
    expectTypeOf<FileCreateParams['type']>().toEqualTypeOf<Made<typeof fileCreation>['type']>()
  })

  it('have no field of an environment or an artifact that is not answered', () => {
    type Shown = Extract<OpenAI.Beta.AgentSession['environment'], { type: 'openai_hosted' }>
    expectTypeOf<Missing<Shown, Extract<ShownSession['environment'], { type: 'openai_hosted' }>>>().toBeNever()
    expectTypeOf<Missing<EnvironmentInfo, ReturnType<typeof environmentInfo>>>().toBeNever()
    expectTypeOf<Missing<EnvironmentTemplate, ReturnType<typeof shownTemplate>>>().toBeNever()
    expectTypeOf<Missing<SessionArtifact, z.output<typeof artifactAnswer>>>().toBeNever()
    expectTypeOf<Missing<EnvironmentFile, z.output<typeof fileAnswer>>>().toBeNever()
  })

  it('have no field of an answer that is not there', () => {
    type Optional = 'prompt_cache_options'
    expectTypeOf<Exclude<Missing<OpenAI.Beta.AgentSession, ShownSession>, Optional>>().toBeNever()
    expectTypeOf<Exclude<Missing<OpenAI.Beta.Agents.Sessions.Turn, ShownTurn>, Optional>>().toBeNever()
    expectTypeOf<Missing<OpenAI.Beta.Subagent, Subagent>>().toBeNever()
    expectTypeOf<Missing<OpenAI.Beta.Agents.Automation, ShownAutomation>>().toBeNever()
    expectTypeOf<Missing<OpenAI.Beta.Agents.Automations.AutomationInvocation, ShownInvocation>>().toBeNever()
    expectTypeOf<Missing<OpenAI.Beta.Agents.Sessions.SessionTrace, Trace>>().toBeNever()
    expectTypeOf<ShownTurn['status']>().toEqualTypeOf<OpenAI.Beta.Agents.Sessions.Turn['status']>()
    expectTypeOf<ShownSession['status']>().toEqualTypeOf<OpenAI.Beta.AgentSession['status']>()
  })

  it('have no value of a request that is not read, however deep it is', () => {
    expectTypeOf<Unread<OpenAI.Beta.AgentCreateParams, typeof agentCreation>>().toBeNever()
    expectTypeOf<Unread<OpenAI.Beta.AgentUpdateParams, typeof agentUpdate>>().toBeNever()
    expectTypeOf<Unread<OpenAI.Beta.Agents.SessionCreateParams, typeof sessionCreation>>().toBeNever()
    expectTypeOf<Unread<OpenAI.Beta.Agents.SessionUpdateParams, typeof sessionUpdate>>().toBeNever()
    expectTypeOf<Unread<OpenAI.Beta.Agents.AutomationCreateParams, typeof automationCreation>>().toBeNever()
    expectTypeOf<Unread<OpenAI.Beta.Agents.AutomationUpdateParams, typeof automationUpdate>>().toBeNever()
    expectTypeOf<Unread<TemplateCreateParams, typeof templateCreation>>().toBeNever()
    expectTypeOf<Unread<FileCreateParams, typeof fileCreation>>().toBeNever()
    type Input = OpenAI.Beta.Agents.Sessions.EventCreateParams['events'][number]
    type OfDesktops = { type: 'agent.session.input.computer_use_approval_request_result' }
    expectTypeOf<Unread<{ events: Exclude<Input, OfDesktops>[] }, typeof eventCreation>>().toBeNever()
  })

  it('have each value of an answer, however deep it is', () => {
    expectTypeOf<Unknown<ShownSession, OpenAI.Beta.AgentSession>>().toBeNever()
    expectTypeOf<Unknown<ShownTurn, OpenAI.Beta.Agents.Sessions.Turn>>().toBeNever()
    expectTypeOf<Unknown<Subagent, OpenAI.Beta.Subagent>>().toBeNever()
    expectTypeOf<Unknown<ShownAutomation, OpenAI.Beta.Agents.Automation>>().toBeNever()
    expectTypeOf<Unknown<ShownInvocation, OpenAI.Beta.Agents.Automations.AutomationInvocation>>().toBeNever()
    expectTypeOf<Unknown<ReturnType<typeof environmentInfo>, EnvironmentInfo>>().toBeNever()
    expectTypeOf<Unknown<ReturnType<typeof shownTemplate>, EnvironmentTemplate>>().toBeNever()
  })

  it('have no event and no item that was not looked at', () => {
    type Of<Prefix extends string, Name extends string> = `${Prefix}.${Name}`
    type Ofs = 'idle' | 'in_progress' | 'failed' | 'created'
    type Turns = 'created' | 'in_progress' | 'completed' | 'failed' | 'cancelled' | 'item.added' | 'item.done'
    type Parts = Of<'content_part' | 'reasoning_summary_part', 'added' | 'done'>
    type Texts = Of<'output_text' | 'reasoning_summary_text', 'delta' | 'done'>
    type Places = 'pending' | 'ready' | 'connected' | 'failed'
    type Written =
      | Of<'agent.session', Ofs | 'requires_action'>
      | Of<'agent.session.turn', Turns | Parts | Texts>
      | Of<'agent.session.subagent', 'created' | 'active' | 'closed'>
      | Of<'agent.session.environment', Places>
      | 'agent.output.command_execution_output.delta'
      | 'error'
    /** Folders are not suspended, and executors are not connected. */
    type Never = Of<'agent.session.environment', 'disconnected' | 'suspended' | 'expired' | 'reset'>
    expectTypeOf<OpenAI.Beta.AgentSessionEvent['type']>().toEqualTypeOf<Written | Never>()
    type Said = 'message' | 'reasoning' | 'agent_message'
    type Done = 'function_call' | 'function_call_output' | 'mcp_call' | 'web_search_call' | 'command_execution'
    type Teams = `${'create' | 'resume' | 'interrupt' | 'close'}_subagent_call`
    type Others = 'send_subagent_input_call' | 'wait_for_subagents_call'
    type OfDesktops = `computer_use_${'call' | 'approval_request' | 'approval_request_result'}`
    expectTypeOf<OpenAI.Beta.AgentSessionItem['type']>().toEqualTypeOf<Said | Done | Teams | Others | OfDesktops>()
  })

  it('know no tool and no input that is not read', () => {
    type SentTool = NonNullable<OpenAI.Beta.AgentCreateParams['tools']>[number]['type']
    expectTypeOf<Exclude<SentTool, Tool['type']>>().toBeNever()
    type SentInput = Made<typeof eventCreation>['events'][number]['type']
    type Known = OpenAI.Beta.Agents.Sessions.EventCreateParams['events'][number]['type']
    expectTypeOf<
      Exclude<Known, SentInput>
    >().toEqualTypeOf<'agent.session.input.computer_use_approval_request_result'>()
  })
})

/** Operations of the client, as `docs/agents.md` lists them. */
const operations: Readonly<Record<string, readonly string[]>> = {
  '': ['create', 'delete', 'list', 'retrieve', 'update'],
  sessions: ['create', 'delete', 'list', 'retrieve', 'stream', 'update'],
  'sessions.events': ['create', 'stream'],
  'sessions.turns': ['list', 'retrieve'],
  'sessions.turns.items': ['list'],
  'sessions.items': ['list'],
  'sessions.subagents': ['list', 'retrieve'],
  'sessions.subagents.items': ['list'],
  'sessions.subagents.turns': ['list', 'retrieve'],
  'sessions.subagents.turns.items': ['list'],
  'sessions.traces': ['list'],
  'sessions.artifacts': ['content', 'delete', 'forResult', 'list', 'retrieve'],
  environments: ['create', 'list', 'retrieve'],
  'environments.files': ['create', 'list', 'prepare', 'upload'],
  'environments.templates': ['create', 'delete', 'list', 'retrieve', 'update'],
  automations: ['create', 'delete', 'list', 'pause', 'resume', 'retrieve', 'update'],
  'automations.invocations': ['create', 'list', 'retrieve'],
  vaults: ['create', 'delete', 'list', 'retrieve', 'update'],
  'vaults.credentials': ['create', 'delete', 'list', 'retrieve', 'update']
}

it('the newest client has these operations and no others', () => {
  expect(operationsOf(new Agents({} as never))).toEqual(operations)
})

function operationsOf(resource: object, at = ''): Record<string, readonly string[]> {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(resource)).filter(
    (name) => name !== 'constructor' && !name.startsWith('_')
  )
  const inner = Object.entries(resource).filter(([name]) => !name.startsWith('_'))
  return Object.assign(
    { [at]: names.sort() },
    ...inner.map(([name, value]) => operationsOf(value as object, at === '' ? name : `${at}.${name}`))
  ) as Record<string, readonly string[]>
}
