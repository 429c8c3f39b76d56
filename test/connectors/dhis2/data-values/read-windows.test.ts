import { describe, expect, it } from 'vitest'
import { readWindows } from '../../../../connectors/dhis2/data-values/read-windows.ts'

const clinics = (count: number, district = 'ouDistrict1') =>
  Array.from({ length: count }, (_, number) => {
    const id = `${district.slice(-3)}${String(number).padStart(8, '0')}`
    return { id, path: `/ouCountry01/${district}/${id}` }
  })
const pathsOf = (units: readonly { path: string }[]) => units.map(({ path }) => path)
const MONTHS = Array.from({ length: 12 }, (_, month) => `2024${String(month + 1).padStart(2, '0')}`)

describe('what is read to see what is stored', () => {
  it('lists the units when they are few', () => {
    const units = clinics(3)

    const reads = readWindows(units, ['202401'], {
      dataSet: 'dsMonthly01',
      assignedPaths: pathsOf(clinics(40)),
      readableRoots: ['ouCountry01'],
      rows: 30,
    })

    expect(reads).toEqual([
      { dataSet: 'dsMonthly01', periods: ['202401'], orgUnits: units.map(({ id }) => id), children: false },
    ])
  })

  it('asks for the lowest common ancestor when most of what lies below it is wanted', () => {
    const units = clinics(900)

    const reads = readWindows(units, ['202401'], {
      dataSet: 'dsMonthly01',
      assignedPaths: pathsOf([...units, ...clinics(100, 'ouDistrict2')]),
      readableRoots: ['ouCountry01'],
      rows: 9_000,
    })

    expect(reads.map(({ orgUnits, children }) => [orgUnits, children])).toEqual([[['ouDistrict1'], true]])
  })

  it('lists many units when the ancestor has far more below it', () => {
    const units = clinics(150)

    const reads = readWindows(units, ['202401'], {
      dataSet: 'dsMonthly01',
      assignedPaths: pathsOf(clinics(40_000)),
      readableRoots: ['ouCountry01'],
      rows: 3_000,
    })

    expect(reads.map(({ orgUnits, children }) => [orgUnits.length, children])).toEqual([
      [70, false],
      [70, false],
      [10, false],
    ])
  })

  it('never asks above the units that the account may read', () => {
    const north = clinics(500, 'ouDistrict1')
    const south = clinics(500, 'ouDistrict2')

    const reads = readWindows([...north, ...south], ['202401'], {
      dataSet: 'dsMonthly01',
      assignedPaths: pathsOf([...north, ...south]),
      readableRoots: ['ouDistrict1', 'ouDistrict2'],
      rows: 9_000,
    })

    expect(reads.map(({ orgUnits }) => orgUnits)).toEqual([['ouDistrict1'], ['ouDistrict2']])
  })

  it('takes fewer periods at a time when there are many rows', () => {
    const units = clinics(1_000)

    const reads = readWindows(units, MONTHS, {
      dataSet: 'dsMonthly01',
      assignedPaths: pathsOf(units),
      readableRoots: ['ouCountry01'],
      rows: 60_000,
    })

    // 25,000 rows at a time is five of the twelve months
    expect(reads.map(({ periods }) => periods.length)).toEqual([5, 5, 2])
    expect(reads.flatMap(({ periods }) => periods)).toEqual(MONTHS)
  })

  it('keeps every address below 1,900 characters', () => {
    const days = Array.from({ length: 400 }, (_, day) =>
      new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10),
    )

    const reads = readWindows(clinics(300), days, {
      dataSet: 'dsMonthly01',
      assignedPaths: pathsOf(clinics(40_000)),
      readableRoots: null,
      rows: 3_000,
    })

    const lengths = reads.map(
      ({ periods, orgUnits }) =>
        new URLSearchParams([...periods.map((one) => ['period', one]), ...orgUnits.map((one) => ['orgUnit', one])] as [
          string,
          string,
        ][]).toString().length,
    )
    expect(Math.max(...lengths)).toBeLessThan(1_840)
  })
})
