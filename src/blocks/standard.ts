/** Blocks that belong to no service: a secret, and a piece of configuration. */
import { z } from 'zod'
import { defineBlock, secret } from './define.ts'

/** One secret text, for example an API key. Opening it gives the secret: `.reveal()` is the plain value. */
export const secretBlock = defineBlock({
  slug: 'secret',
  schema: z.object({ value: secret().describe('the secret text') }),
  open: ({ value }) => value,
})

/** Any JSON value. Not sealed: nothing secret belongs in it. */
export const jsonBlock = defineBlock({
  slug: 'json',
  schema: z.object({ value: z.json().describe('any JSON value') }),
  open: ({ value }) => value,
})
