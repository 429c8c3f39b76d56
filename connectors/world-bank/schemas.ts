/** Answers of the World Bank's API, version 2, translated once into rows with our names. */
import { z } from 'zod'

/** An error comes with status 200, as a list with one object that holds messages. */
export const ErrorAnswer = z.tuple([
  z.object({ message: z.array(z.object({ id: z.string(), key: z.string().default(''), value: z.string() })).min(1) }),
])

/** Some numbers of the head come as text. */
const Count = z.coerce.number().int().min(0)

const Head = z.object({ page: Count, pages: Count, total: Count, lastupdated: z.string().nullish() })

const Named = z.object({ id: z.string(), value: z.string() })

const IndicatorValue = z
  .object({
    indicator: Named,
    country: Named,
    countryiso3code: z.string(),
    date: z.string().regex(/^\d{4}$/, 'a year'),
    value: z.number().nullable(),
  })
  .transform(({ indicator, country, countryiso3code, date, value }) => ({
    /** ISO 3166-1 alpha-3. A group without one (a region, an income class) has the Bank's own code. */
    iso3: countryiso3code === '' ? country.id : countryiso3code,
    country: country.value,
    indicator: indicator.id,
    indicatorName: indicator.value,
    year: Number(date),
    /** In the unit of the indicator; null: nothing is published for that year. */
    value,
  }))

/** One published figure, or the statement that there is none. */
export type IndicatorRow = z.output<typeof IndicatorValue>

const Country = z
  .object({
    id: z.string(),
    iso2Code: z.string(),
    name: z.string(),
    region: Named,
    incomeLevel: Named,
    capitalCity: z.string().default(''),
  })
  .transform(({ id, iso2Code, name, region, incomeLevel }) => ({
    iso3: id,
    iso2: iso2Code,
    name,
    /** Null for a group of countries. */
    region: region.id === AGGREGATE ? null : region.value.trim(),
    incomeLevel: region.id === AGGREGATE ? null : incomeLevel.value,
    /** A region or an income class: not a country, and never to be ranked among countries. */
    isAggregate: region.id === AGGREGATE,
  }))

/** The Bank's region of what is not a country. */
const AGGREGATE = 'NA'

export type WorldBankCountry = z.output<typeof Country>

const Indicator = z
  .object({
    id: z.string(),
    name: z.string(),
    unit: z.string().default(''),
    sourceNote: z.string().default(''),
    sourceOrganization: z.string().default(''),
  })
  .transform(({ id, name, unit, sourceNote, sourceOrganization }) => ({
    id,
    name,
    /** Mostly null: the unit stands in brackets in the name. */
    unit: unit === '' ? null : unit,
    about: sourceNote,
    organisation: sourceOrganization,
  }))

export type WorldBankIndicator = z.output<typeof Indicator>

/** A page: its head, and rows, or null in place of no rows. */
function pageOf<Row extends z.ZodType>(row: Row) {
  return z.union([ErrorAnswer, z.tuple([Head, z.array(row).nullable()])])
}

export const IndicatorPage = pageOf(IndicatorValue)
export const CountryPage = pageOf(Country)
export const IndicatorInfoPage = pageOf(Indicator)
