/** `npm run capabilities`: promises that no test names yet; ends with 1 when there are some. */
import { unproved } from './capabilities-page.ts'

const missing = unproved()
console.log(missing.length === 0 ? 'every promise has its test' : missing.join('\n'))
process.exitCode = missing.length === 0 ? 0 : 1
