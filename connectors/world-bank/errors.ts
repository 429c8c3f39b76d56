/** What the World Bank refuses in words of its own, with status 200. */
import { ToolkitError } from '../../src/base/errors.ts'

export type WorldBankCode =
  /** A parameter is not valid: a code of a country that does not exist, a year that cannot be read. */
  | 'world-bank/refused'
  /** The indicator was deleted or archived, or never existed. */
  | 'world-bank/unknown-indicator'

export class WorldBankError extends ToolkitError<WorldBankCode> {}

/** As the service numbers them. */
const INDICATOR_NOT_FOUND = '175'

export interface ServiceMessage {
  readonly id: string
  readonly key: string
  readonly value: string
}

/** @param asked what the request was about, in words */
export function refusal(messages: readonly ServiceMessage[], asked: string): WorldBankError {
  const words = messages.map(({ key, value }) => (key === '' ? value : `${key}: ${value}`)).join('; ')
  const isUnknown = messages.some(({ id }) => id === INDICATOR_NOT_FOUND)
  return new WorldBankError(
    isUnknown ? 'world-bank/unknown-indicator' : 'world-bank/refused',
    `the World Bank refused ${asked}: ${words}`,
    {
      hint: isUnknown
        ? 'look the code up in the catalogue of indicators; the Bank archives some every year'
        : 'are the country codes ISO 3166-1 alpha-3, and is the code of the indicator spelt right?',
      details: { messages },
    },
  )
}
