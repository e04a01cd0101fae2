import { useState } from 'preact/hooks'
import { fields, list, text, texts } from '../session/read.ts'
import type { Fields } from '../session/read.ts'
import type { ServerRequest } from '../session/types.ts'
import { visible } from '../text/visible.ts'

interface ElicitationProps {
  request: ServerRequest
  isBusy: boolean
  onAnswer: (body: object) => void
}

/** What the server of a tool asks for: a form of plain fields, or a page to visit. */
export function Elicitation({ request: { params }, isBusy, onAnswer }: ElicitationProps) {
  const [content, setContent] = useState<Record<string, unknown>>({})
  const schema = fields(params['requestedSchema'])
  const required = texts(schema['required'])
  const submit = (event: Event) => {
    event.preventDefault()
    onAnswer({ decision: 'accept', ...(params['mode'] !== 'url' && { content }) })
  }
  return (
    <form onSubmit={submit}>
      <p class="quiet">From {visible(text(params['serverName']))}</p>
      <p>{visible(text(params['message']) || text(params['title']))}</p>
      {text(params['url']) !== '' && <pre tabIndex={0}>{visible(text(params['url']))}</pre>}
      {Object.entries(fields(schema['properties'])).map(([name, field]) => (
        <Field
          key={name}
          name={name}
          field={fields(field)}
          isRequired={required.includes(name)}
          onChange={(value) => setContent((before) => ({ ...before, [name]: value }))}
        />
      ))}
      <div class="buttons">
        <button class="primary" disabled={isBusy}>
          Allow
        </button>
        <button type="button" class="danger" disabled={isBusy} onClick={() => onAnswer({ decision: 'decline' })}>
          Decline
        </button>
      </div>
    </form>
  )
}

interface FieldProps {
  name: string
  field: Fields
  isRequired: boolean
  onChange: (value: unknown) => void
}

function Field({ name, field, isRequired, onChange }: FieldProps) {
  const type = text(field['type'])
  const label = text(field['title']) || name
  const choices = texts(list(field['enum']))
  if (type === 'boolean')
    return (
      <label class="option">
        <input type="checkbox" onChange={(event) => onChange(event.currentTarget.checked)} /> {label}
      </label>
    )
  if (choices.length > 0)
    return (
      <label class="field">
        {label}
        <select required={isRequired} onChange={(event) => onChange(event.currentTarget.value)}>
          <option value="" />
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      </label>
    )
  const isNumber = type === 'number' || type === 'integer'
  return (
    <label class="field">
      {label}
      {isNumber ? (
        <input type="number" required={isRequired} onInput={(event) => onChange(event.currentTarget.valueAsNumber)} />
      ) : (
        <input type="text" required={isRequired} onInput={(event) => onChange(event.currentTarget.value)} />
      )}
    </label>
  )
}
