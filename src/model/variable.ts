/** What a variable may be called and how large it may be. Variables are configuration: not sealed, and shown to anybody. */
import { ConfigError } from '../base/errors.ts'
import type { JsonValue } from '../base/json.ts'

const NAME = /^[a-z0-9_-]{1,255}$/
/** Of the value as JSON text. */
const LENGTH_AT_MOST = 5_000

/** @throws ConfigError `config/params` for a name or a value that cannot be kept */
export function checkVariable(name: string, value: JsonValue): void {
  if (!NAME.test(name)) {
    throw new ConfigError('config/params', `"${name}" cannot be the name of a variable`, {
      hint: 'use at most 255 lower-case letters, digits, underscores and dashes, like "batch_size"',
    })
  }
  const { length } = JSON.stringify(value)
  if (length > LENGTH_AT_MOST) {
    throw new ConfigError('config/params', `the value of "${name}" has ${length} characters, at most 5,000 are kept`, {
      hint: 'keep large settings in a file or a json block, and its name in the variable',
      details: { name, length },
    })
  }
}
