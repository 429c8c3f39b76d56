/** A small country of our own on any server: everything in it begins with D2Ft, and its codes with D2FT_. */
import { plainRequest, storedValues } from './plain-request.ts'
import type { OpenServer } from './servers.ts'

export const COUNTRY = 'D2FtCountry'
export const CLINICS = Array.from({ length: 40 }, (_, number) => `D2FtClin${String(number + 1).padStart(3, '0')}`)
/** Closed on the last day of 2016. */
export const CLOSED_CLINIC = 'D2FtClosed1'
/** Assigned to no data set. */
export const STRAY_CLINIC = 'D2FtStray01'
export const MONTHLY = 'D2FtMonthly'
export const FUNDING = 'D2FtFunding'
export const DEFAULT_COMBO = 'HllvX50cXC0'
const DEFAULT_CATEGORY_COMBO = 'bjDvmb4bfuf'

const OPEN = { sharing: { public: 'rwrw----' } }

export async function createContractMetadata(server: OpenServer): Promise<void> {
  await post(server, 'metadata', {
    categoryOptions: [
      named('D2FtFemale1', 'female', OPEN),
      named('D2FtMale001', 'male', OPEN),
      named('D2FtGovern1', 'government', OPEN),
      named('D2FtPartnr1', 'partner', OPEN),
    ],
    categories: [
      named('D2FtCatSex1', 'sex', {
        dataDimensionType: 'DISAGGREGATION',
        categoryOptions: ids('D2FtFemale1', 'D2FtMale001'),
      }),
      named('D2FtCatFun1', 'funding', {
        dataDimensionType: 'ATTRIBUTE',
        categoryOptions: ids('D2FtGovern1', 'D2FtPartnr1'),
      }),
    ],
    categoryCombos: [
      named('D2FtComSex1', 'sex', { dataDimensionType: 'DISAGGREGATION', categories: ids('D2FtCatSex1') }),
      named('D2FtComFun1', 'funding', { dataDimensionType: 'ATTRIBUTE', categories: ids('D2FtCatFun1') }),
    ],
    categoryOptionCombos: [
      optionCombo('D2FtCocFem1', 'D2FtComSex1', 'D2FtFemale1'),
      optionCombo('D2FtCocMal1', 'D2FtComSex1', 'D2FtMale001'),
      optionCombo('D2FtAocGov1', 'D2FtComFun1', 'D2FtGovern1'),
      optionCombo('D2FtAocPar1', 'D2FtComFun1', 'D2FtPartnr1'),
    ],
    optionSets: [named('D2FtColours', 'colours', { valueType: 'TEXT', options: ids('D2FtColRed1', 'D2FtColBlu1') })],
    options: [
      { id: 'D2FtColRed1', name: 'red', code: 'RED', sortOrder: 1, optionSet: { id: 'D2FtColours' } },
      { id: 'D2FtColBlu1', name: 'blue', code: 'BLUE', sortOrder: 2, optionSet: { id: 'D2FtColours' } },
    ],
    organisationUnits: [
      unit(COUNTRY),
      unit('D2FtDistr01', COUNTRY),
      unit('D2FtDistr02', COUNTRY),
      ...CLINICS.map((id, number) => unit(id, number % 2 === 0 ? 'D2FtDistr01' : 'D2FtDistr02')),
      { ...unit(CLOSED_CLINIC, 'D2FtDistr01'), closedDate: '2016-12-31T00:00:00.000' },
      unit(STRAY_CLINIC, 'D2FtDistr02'),
    ],
    dataElements: [
      element('D2FtBeds001', 'INTEGER_POSITIVE'),
      element('D2FtVisits1', 'NUMBER', { categoryCombo: { id: 'D2FtComSex1' } }),
      element('D2FtStock01', 'INTEGER_ZERO_OR_POSITIVE', { zeroIsSignificant: true }),
      element('D2FtBalanc1', 'INTEGER'),
      element('D2FtPower01', 'BOOLEAN'),
      element('D2FtRemark1', 'TEXT', { aggregationType: 'NONE' }),
      element('D2FtColour1', 'TEXT', { aggregationType: 'NONE', optionSet: { id: 'D2FtColours' } }),
      element('D2FtShared1', 'NUMBER'),
      element('D2FtFunded1', 'NUMBER'),
      element('D2FtOrphan1', 'NUMBER'),
    ],
  })
  await post(server, 'maintenance/categoryOptionComboUpdate/categoryCombo/D2FtComSex1')
  await post(server, 'maintenance/categoryOptionComboUpdate/categoryCombo/D2FtComFun1')
  // in a bundle with its parts a data set may die on the server
  await post(server, 'metadata', {
    dataSets: [
      dataSet(MONTHLY, [
        'D2FtBeds001',
        'D2FtVisits1',
        'D2FtStock01',
        'D2FtBalanc1',
        'D2FtPower01',
        'D2FtRemark1',
        'D2FtColour1',
        'D2FtShared1',
      ]),
      dataSet(FUNDING, ['D2FtShared1', 'D2FtFunded1'], 'D2FtComFun1'),
    ],
  })
  await giveUnits(server)
  await deleteContractValues(server)
}

/** Values are deleted softly; what the server lets go of then, goes. The metadata stays, and is found again. */
export async function deleteContractValues(server: OpenServer): Promise<void> {
  for (const dataSet of [MONTHLY, FUNDING]) {
    const stored = await contractValues(server, [dataSet])
    const dataValues = [...stored].flatMap(([key, value]) => {
      const [dataElement, period, orgUnit, categoryOptionCombo, attributeOptionCombo] = key.split(' ')
      // an export of one set holds what the other attributes to its options, and 2.43 would refuse that with the rest
      if ((attributeOptionCombo === DEFAULT_COMBO) !== (dataSet === MONTHLY)) return []
      return [{ dataElement, period, orgUnit, categoryOptionCombo, attributeOptionCombo, value }]
    })
    if (dataValues.length === 0) continue
    await plainRequest(server, 'POST', 'dataValueSets?importStrategy=DELETE', { dataSet, dataValues })
  }
  const left = await contractValues(server)
  if (left.size > 0) throw new Error(`${left.size} values are still there: ${[...left.keys()].slice(0, 3).join('; ')}`)
  await plainRequest(server, 'POST', 'maintenance/softDeletedDataValueRemoval')
}

export async function contractValues(
  server: OpenServer,
  dataSets: readonly string[] = [MONTHLY, FUNDING],
): Promise<Map<string, string>> {
  return await storedValues(server, { dataSets, root: COUNTRY, from: '2000-01-01', to: '2030-12-31' })
}

/** The account keeps the units it has. */
async function giveUnits(server: OpenServer): Promise<void> {
  const { body } = await plainRequest(server, 'GET', 'me?fields=id,organisationUnits[id],dataViewOrganisationUnits[id]')
  const me = body as { id: string } & Record<string, { id: string }[] | undefined>
  const patch = ['organisationUnits', 'dataViewOrganisationUnits'].map((member) => {
    const kept = (me[member] ?? []).map(({ id }) => id).filter((id) => id !== COUNTRY)
    return { op: 'add', path: `/${member}`, value: ids(...kept, COUNTRY) }
  })
  const { status, body: answer } = await plainRequest(server, 'PATCH', `users/${me.id}`, patch)
  if (status >= 300) throw new Error(`PATCH users/${me.id} answered ${status}: ${JSON.stringify(answer)}`)
}

async function post(server: OpenServer, path: string, body?: unknown): Promise<void> {
  const answer = await plainRequest(server, 'POST', path, body)
  if (answer.status >= 300) throw new Error(`POST ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
}

function named(id: string, name: string, others: Readonly<Record<string, unknown>> = {}) {
  return { id, name: `D2FT ${name}`, shortName: `D2FT ${name}`, code: `D2FT_${id.slice(4).toUpperCase()}`, ...others }
}

function optionCombo(id: string, combo: string, option: string) {
  const code = `D2FT_${id.slice(4).toUpperCase()}`
  return { id, name: `D2FT ${id}`, code, categoryCombo: { id: combo }, categoryOptions: ids(option) }
}

function unit(id: string, parent?: string) {
  return {
    ...named(id, id.slice(4)),
    openingDate: '1990-01-01T00:00:00.000',
    ...(parent === undefined ? {} : { parent: { id: parent } }),
  }
}

function element(id: string, valueType: string, others: Readonly<Record<string, unknown>> = {}) {
  return {
    ...named(id, `element ${id.slice(4)}`),
    domainType: 'AGGREGATE',
    valueType,
    aggregationType: 'SUM',
    zeroIsSignificant: false,
    categoryCombo: { id: DEFAULT_CATEGORY_COMBO },
    ...others,
  }
}

function dataSet(id: string, elements: readonly string[], categoryCombo = DEFAULT_CATEGORY_COMBO) {
  return {
    ...named(id, `data set ${id.slice(4)}`, OPEN),
    periodType: 'Monthly',
    categoryCombo: { id: categoryCombo },
    openFuturePeriods: 0,
    expiryDays: 0,
    dataSetElements: elements.map((dataElement) => ({ dataElement: { id: dataElement }, dataSet: { id } })),
    organisationUnits: ids(...CLINICS, CLOSED_CLINIC),
  }
}

function ids(...all: readonly string[]) {
  return all.map((id) => ({ id }))
}
