import type { TargetedEvent } from 'preact'
import { useState } from 'preact/hooks'
import { fields, list, text } from '../session/read.ts'
import type { ServerRequest } from '../session/types.ts'

interface QuestionsProps {
  request: ServerRequest
  isBusy: boolean
  /** By the ids of the questions. */
  onAnswer: (answers: Record<string, string>) => void
}

/** The questions of a tool: each with options, or with a text of one's own. */
export function Questions({ request, isBusy, onAnswer }: QuestionsProps) {
  const [answers, setAnswers] = useState<Record<string, string>>({})
  const questions = list(request.params['questions']).map(fields)
  const submit = (event: Event) => {
    event.preventDefault()
    onAnswer(answers)
  }
  return (
    <form onSubmit={submit}>
      {questions.map((question) => {
        const id = text(question['id'])
        const set = (value: string) => setAnswers((before) => ({ ...before, [id]: value }))
        return <Question key={id} question={question} value={answers[id] ?? ''} onChange={set} />
      })}
      <div class="buttons">
        <button class="primary" disabled={isBusy}>
          Answer
        </button>
      </div>
    </form>
  )
}

interface QuestionProps {
  question: ReturnType<typeof fields>
  value: string
  onChange: (value: string) => void
}

function Question({ question, value, onChange }: QuestionProps) {
  const options = list(question['options']).map(fields)
  const isOpen = options.length === 0 || question['isOther'] === true
  const name = text(question['id'])
  return (
    <fieldset>
      <legend>{text(question['question']) || text(question['header'])}</legend>
      {options.map(({ label, description }) => (
        <label key={text(label)} class="option">
          <input type="radio" name={name} checked={value === label} onChange={() => onChange(text(label))} />
          <span>
            {text(label)} <span class="quiet">{text(description)}</span>
          </span>
        </label>
      ))}
      {isOpen && (
        <Answer
          isSecret={question['isSecret'] === true}
          label={options.length > 0 ? 'Another answer' : 'Your answer'}
          value={options.some(({ label }) => label === value) ? '' : value}
          onChange={onChange}
        />
      )}
    </fieldset>
  )
}

interface AnswerProps {
  isSecret: boolean
  label: string
  value: string
  onChange: (value: string) => void
}

function Answer({ isSecret, label, value, onChange }: AnswerProps) {
  const shared = {
    'aria-label': label,
    placeholder: label,
    value,
    onInput: (event: TargetedEvent<HTMLInputElement>) => onChange(event.currentTarget.value)
  }
  return isSecret ? <input type="password" {...shared} /> : <input type="text" {...shared} />
}
