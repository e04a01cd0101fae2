import { z } from 'zod'
import { jsonFrom } from '../../turn/json-text.ts'

const body = z.object({ error: z.object({ message: z.string(), code: z.string().nullish() }) })

const name = `'[^'\\n]{1,200}'`
/** The rules of OpenAI's for schemas, in its own words. No other text of the provider's is passed on. */
const rules = [
  `'required' is required to be supplied and to be an array including every key in properties\\. (?:Missing|Extra required key) ${name}(?: supplied)?`,
  `'additionalProperties' is required to be supplied and to be false`,
  `${name} is not permitted`,
  `${name} is not a valid format`,
  `${name} is not of type ${name}(?:, ${name})*`,
  `${name} is not valid under any of the given schemas`,
  `schema must have a 'type' key`,
  `schema must be a JSON Schema of 'type: "object"', got 'type: "\\w{1,20}"'`,
  `array schema missing items`,
  `object schema missing properties`,
  `\\$ref cannot have keywords \\{${name}(?:, ${name}){0,20}\\}`,
  `reference (?:to component )?${name}(?:,)? (?:which was )?(?:can't be|cannot be|not) (?:found|resolved)[\\w .]{0,40}`,
  `(?:Expected at most|at most) \\d{1,6} [\\w ]{1,60}`
]
const place = `In context=\\((?:${name},? ?){0,70}\\), `
const refusal = new RegExp(
  `^Invalid schema for (response_format|function) '[\\w.-]{1,128}': (?:${place})?(?:${rules.join('|')})\\.?$`
)

/** What the provider refused of a request, and why in its own words, where they are known ones; from the body of a 400. */
export interface ProviderRefusal {
  what: 'schema' | 'tools' | 'reasoning'
  reason: string | undefined
}

const whats = new Map<string, ProviderRefusal['what']>([
  ['invalid_json_schema', 'schema'],
  ['invalid_function_parameters', 'tools'],
  ['invalid_encrypted_content', 'reasoning']
])

/** Undefined for a body that is about something else. */
export function providerRefusalIn(message: string): ProviderRefusal | undefined {
  const { error } = body.safeParse(jsonFrom(message)).data ?? {}
  const what = whats.get(error?.code ?? '')
  return error && what && { what, reason: refusal.test(error.message) ? error.message : undefined }
}
