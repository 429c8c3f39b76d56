import { describe, expect, it } from 'vitest'
import { isSameValue, normaliseValue } from '../../../../connectors/dhis2/data-values/value-form.ts'
import { RECORDED_SERVERS, recording } from '../recordings.ts'

interface Form {
  readonly valueType: string
  readonly sent: string
  readonly stored: string | null
}

/** DHIS2 2.42.4 and 2.43.1, recorded: each form was sent to an element of its type. */
const RECORDED = RECORDED_SERVERS.map((server) => ({
  server,
  forms: [
    ...recording<Form>(server, 'datavalues/number-forms').rows,
    // the last texts were sent to an element with an option set, which is not a matter of form
    ...recording<Form>(server, 'datavalues/other-forms').rows.filter(({ sent }) => !/^red |^red$|^opC/i.test(sent)),
  ],
}))

describe('the form of a value', () => {
  it.each(RECORDED)('sends to $server only what it stores as it was sent', ({ forms }) => {
    const storedAs = new Map(forms.map(({ valueType, sent, stored }) => [`${valueType} ${sent}`, stored]))

    const sent = forms.flatMap(({ valueType, sent }) => {
      const form = normaliseValue(sent, valueType)
      return 'value' in form ? [{ key: `${valueType} ${form.value}`, value: form.value }] : []
    })

    const recorded = sent.filter(({ key }) => storedAs.has(key))
    expect(recorded.length).toBeGreaterThan(50)
    expect(recorded.filter(({ key, value }) => storedAs.get(key) !== value)).toEqual([])
  })

  it.each(RECORDED)('refuses nothing that $server would have stored, but for blanks', ({ forms }) => {
    const refused = forms.filter(({ valueType, sent }) => 'problem' in normaliseValue(sent, valueType))

    expect(refused.length).toBeGreaterThan(100)
    expect(refused.filter(({ stored }) => stored !== null).map(({ sent }) => sent.trim())).toEqual(
      refused.filter(({ stored }) => stored !== null).map(() => ''),
    )
  })

  it.each([
    ['12.0', 'INTEGER', '12'],
    ['-7.00', 'INTEGER_NEGATIVE', '-7'],
    ['1.50', 'NUMBER', '1.50'],
    ['Yes', 'BOOLEAN', 'true'],
    ['n', 'BOOLEAN', 'false'],
    ['  padded  ', 'TEXT', 'padded'],
    [' 3 ', 'INTEGER', '3'],
    ['a@b.example', 'EMAIL', 'a@b.example'],
  ])('writes %j of a %s as %j', (text, valueType, value) => {
    expect(normaliseValue(text, valueType)).toEqual({ value })
  })

  it.each([
    ['017', 'INTEGER_POSITIVE', 'a number with a leading zero'],
    ['00', 'NUMBER', 'a number with a leading zero'],
    ['1e3', 'NUMBER', 'not a number'],
    ['-0', 'INTEGER', 'not an integer of 32 bits'],
    ['2147483648', 'INTEGER', 'not an integer of 32 bits'],
    ['101', 'PERCENTAGE', 'not a percentage from 0 to 100'],
    ['false', 'TRUE_ONLY', 'not true'],
    ['2023-02-29', 'DATE', 'not a day written as 2024-01-31'],
    [' \n ', 'TEXT', 'no value'],
    ['a\0b', 'TEXT', 'text with a character that cannot be stored'],
    ['x'.repeat(50_001), 'LONG_TEXT', '50001 characters, at most 50000 are stored'],
  ])('refuses %.12j as %s: %s', (text, valueType, problem) => {
    expect(normaliseValue(text, valueType)).toEqual({ problem })
  })

  it.each([
    ['12.0', '12', 'NUMBER'],
    ['1.50', '1.5', 'NUMBER'],
    ['-0', '0', 'PERCENTAGE'],
    ['TRUE', 'true', 'BOOLEAN'],
    [' padded ', 'padded', 'TEXT'],
    ['100', '100.0', 'NUMBER'],
  ])('takes %j and %j for one value of a %s', (a, b, valueType) => {
    expect(isSameValue(a, b, valueType)).toBe(true)
  })

  it.each([
    ['1.50', '1.5', 'TEXT'],
    ['10', '1', 'NUMBER'],
    ['100', '1', 'INTEGER'],
    ['9999999999999999999999999999999999999999', '9999999999999999999999999999999999999998', 'NUMBER'],
    ['true', 'false', 'BOOLEAN'],
    ['Red', 'red', 'TEXT'],
  ])('tells %j from %j of a %s', (a, b, valueType) => {
    expect(isSameValue(a, b, valueType)).toBe(false)
  })
})
