/** Values of options, from the text that was typed. Commander shows the reason when one does not fit. */
import { InvalidArgumentError } from '@commander-js/extra-typings'

const PORT_AT_MOST = 65_535

/** For options that may be given several times. */
export function append(value: string, previous: string[]): string[] {
  return [...previous, value]
}

/** @throws InvalidArgumentError for anything but a whole number from 1 */
export function parseCount(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('give a whole number from 1')
  return count
}

/** @throws InvalidArgumentError for anything but a whole number from 0, or `none` for null */
export function parseLimit(text: string): number | null {
  if (text === 'none') return null
  if (!isSize(text)) throw new InvalidArgumentError('give a whole number from 0, or none')
  return Number(text)
}

/** What may hold nothing. @throws InvalidArgumentError for anything but a whole number from 0 */
export function parseSize(text: string): number {
  if (!isSize(text)) throw new InvalidArgumentError('give a whole number from 0')
  return Number(text)
}

/** @throws InvalidArgumentError for anything but a port */
export function parsePort(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > PORT_AT_MOST)
    throw new InvalidArgumentError(`give a number from 0 to ${PORT_AT_MOST}`)
  return port
}

/** @throws InvalidArgumentError for anything but a number above 0 */
export function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (!(seconds > 0 && Number.isFinite(seconds))) throw new InvalidArgumentError('give a number of seconds above 0')
  return seconds
}

function isSize(text: string): boolean {
  return text.trim() !== '' && Number.isInteger(Number(text)) && Number(text) >= 0
}
