/** A country as sources name it in questions. */
import { z } from 'zod'

export const CountryCode = z.string().regex(/^[A-Z]{3}$/, 'is no ISO 3166-1 alpha-3 code, such as ETH')

interface Asked {
  readonly countries: readonly string[]
  readonly data: 'sample' | 'live'
}

/** For `superRefine`: countries of sample data have any name, those of a source have a code. */
export function needCodesWhenLive({ countries, data }: Asked, context: z.RefinementCtx): void {
  if (data === 'sample') return
  for (const [at, country] of countries.entries()) {
    if (!CountryCode.safeParse(country).success) {
      context.addIssue({ code: 'custom', path: ['countries', at], message: `"${country}" is no alpha-3 code` })
    }
  }
}
