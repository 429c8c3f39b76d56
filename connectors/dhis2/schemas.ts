/**
 * What DHIS2 answers, translated once into rows with our names. What a server leaves out is null, whichever way it
 * leaves it out; only an object without an id is refused.
 */
import { z } from 'zod'
import { parseServerVersion } from './server-version.ts'

const Text = z.string().nullish().transform(orNull)
const Whole = z.int().nullish().transform(orNull)
const Flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false)
const Reference = z
  .object({ id: z.string() })
  .nullish()
  .transform((value) => value?.id ?? null)
/** The calendar day of a moment that the server writes in its own zone. */
const Day = z
  .string()
  .nullish()
  .transform((value) => value?.slice(0, 10) ?? null)

export const Geometry = z.object({ type: z.string(), coordinates: z.unknown().optional() })
export type Geometry = z.output<typeof Geometry>

export const OrgUnit = z
  .object({
    id: z.string(),
    code: Text,
    name: Text,
    shortName: Text,
    level: Whole,
    path: Text,
    parent: Reference,
    openingDate: Day,
    closedDate: Day,
    createdBy: z.object({ username: Text }).nullish(),
    translations: z.array(z.unknown()).nullish(),
    geometry: Geometry.nullish().transform(orNull),
  })
  .transform(({ parent, openingDate, closedDate, createdBy, translations, ...same }) => ({
    ...same,
    parentId: parent,
    /** ISO days, in the time zone of the server. */
    openingDate,
    closedDate,
    /** A user name. */
    createdBy: createdBy?.username ?? null,
    translationCount: translations?.length ?? 0,
  }))
export type OrgUnit = z.output<typeof OrgUnit>

export const DataElement = z
  .object({
    id: z.string(),
    code: Text,
    name: Text,
    shortName: Text,
    valueType: Text,
    aggregationType: Text,
    domainType: Text,
    categoryCombo: Reference,
    zeroIsSignificant: Flag,
  })
  .transform(({ categoryCombo, ...same }) => ({ ...same, categoryComboId: categoryCombo }))
export type DataElement = z.output<typeof DataElement>

export const DataSet = z
  .object({
    id: z.string(),
    code: Text,
    name: Text,
    shortName: Text,
    periodType: Text,
    categoryCombo: Reference,
    openFuturePeriods: Whole,
    expiryDays: z.number().nullish().transform(orNull),
    dataSetElements: z.array(z.object({ dataElement: z.object({ id: z.string() }) })).nullish(),
  })
  .transform(({ categoryCombo, dataSetElements, ...same }) => ({
    ...same,
    categoryComboId: categoryCombo,
    dataElementIds: (dataSetElements ?? []).map(({ dataElement }) => dataElement.id),
  }))
export type DataSet = z.output<typeof DataSet>

export const Indicator = z
  .object({
    id: z.string(),
    code: Text,
    name: Text,
    shortName: Text,
    numerator: Text,
    denominator: Text,
    annualized: Flag,
    decimals: Whole,
    indicatorType: z.object({ id: z.string(), factor: z.number().nullish() }).nullish(),
  })
  .transform(({ indicatorType, ...same }) => ({
    ...same,
    indicatorTypeId: indicatorType?.id ?? null,
    /** What the quotient is multiplied by: 100 for a percentage. */
    factor: indicatorType?.factor ?? null,
  }))
export type Indicator = z.output<typeof Indicator>

/** An object of any type, as the server gives it. */
export const MetadataObject = z.looseObject({ id: z.string() })
export type MetadataObject = Readonly<Record<string, unknown>> & { readonly id: string }

export const ServerInfo = z
  .object({
    version: z.string(),
    revision: Text,
    buildTime: Text,
    contextPath: Text,
    calendar: Text,
    dateFormat: Text,
    serverDate: Text,
    serverTimeZoneId: Text,
    systemId: Text,
    systemName: Text,
    lastAnalyticsTableSuccess: Text,
  })
  .transform(({ version, lastAnalyticsTableSuccess, ...same }) => ({
    ...parseServerVersion(version),
    ...same,
    /** Null when the tables were never built, which the server writes as the first second of 1970. */
    lastAnalyticsTableSuccess: /^(1970-01-01|1969-12-31)/.test(lastAnalyticsTableSuccess ?? '')
      ? null
      : lastAnalyticsTableSuccess,
  }))
/** Moments are as the server writes them: in its own time zone, `serverTimeZoneId`, without an offset. */
export type ServerInfo = z.output<typeof ServerInfo>

const Ids = z
  .array(z.object({ id: z.string() }))
  .nullish()
  .transform((list) => (list ?? []).map(({ id }) => id))

export const Account = z
  .object({
    id: z.string(),
    username: Text,
    authorities: z
      .array(z.string())
      .nullish()
      .transform((list) => list ?? []),
    organisationUnits: Ids,
    dataViewOrganisationUnits: Ids,
    settings: z
      .record(z.string(), z.unknown())
      .nullish()
      .transform((settings) => settings ?? {}),
  })
  .transform(({ organisationUnits, dataViewOrganisationUnits, ...same }) => ({
    ...same,
    orgUnitIds: organisationUnits,
    dataViewOrgUnitIds: dataViewOrganisationUnits,
  }))
export type Account = z.output<typeof Account>

function orNull<T>(value: T | null | undefined): T | null {
  return value ?? null
}
