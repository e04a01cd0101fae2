import { useEffect, useState } from 'preact/hooks'
import { gateway } from '../net/api.ts'
import type { EffortModel, TurnChoices } from '../net/api.ts'
import type { SessionState } from '../session/types.ts'

interface ChoicesProps {
  state: SessionState | null
  workspace: string
  choices: TurnChoices
  onChange: (choices: TurnChoices) => void
}

/** The model and its effort for the turns to come, and whether Codex asks before it acts, where the workspace allows that. */
export function Choices({ state, workspace, choices, onChange }: ChoicesProps) {
  const models = useModels(workspace)
  if (!state) return null
  const model = choices.model ?? state.selectedModel ?? ''
  const known = models.find(({ id }) => id === model)
  const efforts = known?.supportedReasoningEfforts.map(({ reasoningEffort }) => reasoningEffort) ?? []
  const names = new Map([...state.models, ...models].map(({ id, displayName }) => [id, displayName ?? id]))
  if (!names.has(model)) names.set(model, model || 'as configured')
  return (
    <span class="choices">
      <Choice
        label="Model"
        value={model}
        options={[...names]}
        onChange={(id) => onChange({ ...choices, model: id || undefined, effort: undefined })}
      />
      {efforts.length > 0 && (
        <Choice
          label="Effort"
          value={choices.effort ?? state.effort ?? ''}
          options={[
            ['', 'effort: default'],
            ...efforts.map((effort): [string, string] => [effort, `effort: ${effort}`])
          ]}
          onChange={(effort) => onChange({ ...choices, effort: effort || undefined })}
        />
      )}
      {state.canAsk && (
        <Choice
          label="Approvals"
          value={choices.approvalPolicy ?? state.approvalPolicy ?? 'never'}
          options={[
            ['never', 'never asks'],
            ['on-request', 'asks me']
          ]}
          onChange={(approvalPolicy) => onChange({ ...choices, approvalPolicy })}
        />
      )}
    </span>
  )
}

interface ChoiceProps {
  label: string
  value: string
  options: readonly (readonly [value: string, words: string])[]
  onChange: (value: string) => void
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <select aria-label={label} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      {options.map(([id, words]) => (
        <option key={id} value={id}>
          {words}
        </option>
      ))}
    </select>
  )
}

/** None where they cannot be asked for: the state names those there are. */
function useModels(workspace: string): readonly EffortModel[] {
  const [models, setModels] = useState<readonly EffortModel[]>([])
  useEffect(() => {
    if (workspace !== '')
      gateway.models(workspace).then(
        ({ data }) => setModels(data),
        () => setModels([])
      )
  }, [workspace])
  return models
}
