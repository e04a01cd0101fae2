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
