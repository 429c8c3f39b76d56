/** A country as the World Bank names it in questions. */
import { z } from 'zod'

export const CountryCode = z.string().regex(/^[A-Z]{3}$/, 'is no ISO 3166-1 alpha-3 code, such as ETH')
