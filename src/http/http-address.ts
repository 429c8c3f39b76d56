/** The address of a service, as a block asks for it. */
import { z } from 'zod'

export const HttpAddress = z.string().regex(/^https?:\/\//, 'an address that begins with http:// or https://')
