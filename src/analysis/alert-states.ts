/** An alert that does not flap when a value stands on the edge: it begins at one level and ends below another. */
import { ConfigError } from '../base/errors.ts'

/**
 * Whether the alert is on after each value: on from `enter` upwards, off again below `leave`. A missing value changes
 * nothing.
 *
 * @throws ConfigError `config/params` unless `leave` lies below `enter`
 * @example alertStates([9, 10, 9, 7, 9], { enter: 10, leave: 8 }) // [false, true, true, false, false]
 */
export function alertStates(
  values: readonly (number | null)[],
  { enter, leave, on = false }: { readonly enter: number; readonly leave: number; readonly on?: boolean },
): boolean[] {
  if (!(leave < enter)) {
    throw new ConfigError('config/params', `an alert that begins at ${enter} cannot end below ${leave}`, {
      hint: 'choose a level to leave that lies below the level to enter',
    })
  }
  let isOn = on
  return values.map((value) => {
    if (value !== null && !Number.isNaN(value)) isOn = isOn ? value >= leave : value >= enter
    return isOn
  })
}
