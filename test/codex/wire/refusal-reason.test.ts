import { describe, expect, it } from 'vitest'
import { providerRefusalIn } from '../../../src/codex/wire/refusal-reason.ts'

const refusal = (message: string, code = 'invalid_json_schema') => JSON.stringify({ error: { message, code } })
const schema = (rule: string, place = "In context=('properties', 'a'), ") =>
  `Invalid schema for response_format 'codex_output_schema': ${place}${rule}`

describe('the reason of a provider for refusing a schema', () => {
  it.each([
    schema(
      "'required' is required to be supplied and to be an array including every key in properties. Extra required key 'b' supplied."
    ),
    schema("'additionalProperties' is required to be supplied and to be false.", 'In context=(), '),
    schema("'oneOf' is not permitted."),
    schema("'uri' is not a valid format."),
    schema("schema must have a 'type' key."),
    schema('schema must be a JSON Schema of \'type: "object"\', got \'type: "array"\'.', ''),
    schema('array schema missing items.')
  ])('is passed on: %s', (message) => {
    expect(providerRefusalIn(refusal(message))).toEqual({ what: 'schema', reason: message })
  })

  it.each([
    'Something new.',
    `${schema("'oneOf' is not permitted.")} Your key sk-secret is known.`,
    schema(`'${'x'.repeat(300)}' is not permitted.`),
    schema("'a\nb' is not permitted.")
  ])('is not, where it is not a known one: %j', (message) => {
    expect(providerRefusalIn(refusal(message))).toEqual({ what: 'schema', reason: undefined })
  })

  it('is of the tools where their parameters are refused', () => {
    const message = "Invalid schema for function 'f': 'oneOf' is not permitted."
    expect(providerRefusalIn(refusal(message, 'invalid_function_parameters'))).toEqual({
      what: 'tools',
      reason: message
    })
  })

  it.each(['{"error"', '{}', refusal('x', 'toString'), refusal('x', 'other')])('is not in %j', (body) => {
    expect(providerRefusalIn(body)).toBeUndefined()
  })
})
