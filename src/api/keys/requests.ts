import { z } from 'zod'
import { keyApis } from '../../access/apis.ts'
import { isPrincipalName } from '../../access/principal.ts'
import { limitForm, limitFrom } from '../../turn/limit.ts'
import { isWorkspaceId } from '../../turn/workspace-id.ts'

const rule = 'it is 1 to 64 letters, digits, ".", "_" and "-", and begins with a letter or a digit'
const name = z.string().refine(isPrincipalName, rule)
const names = (type: z.ZodType<string>) =>
  z.array(type).min(1, 'it must not be empty; leave it out for no restriction').max(100).nullish()

/** What a new key is to be. */
export const newKeyRequest = z.object({
  name,
  principal: name.nullish().meta({ description: 'Whose it is; that of its name when left out.' }),
  expires_at: z.int().nullish().meta({ description: 'Unix seconds; never when left out.' }),
  models: names(z.string().min(1).max(128)),
  workspaces: names(z.string().refine(isWorkspaceId, 'it is the id of no workspace')),
  apis: names(z.enum(keyApis)),
  scopes: names(z.string().regex(/^[\w:.-]{1,64}$/)),
  limits: names(z.string().refine((text) => limitFrom(text) !== undefined, `it is ${limitForm}`))
})

export const rotateRequest = z.object({
  grace_seconds: z
    .int()
    .min(0)
    .max(31_536_000)
    .nullish()
    .meta({ description: 'How long the secret that it has stays valid; a day when left out.' })
})
