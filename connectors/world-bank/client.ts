/**
 * Development indicators of the World Bank: one row for each country and year, also for those without a figure.
 *
 * Reads page by page to the end. An error that comes with status 200 is an error; a list that is null is empty.
 */
import { z } from 'zod'
import { ConfigError } from '../../src/base/errors.ts'
import type { Io } from '../../src/base/io.ts'
import { createHttpClient } from '../../src/http/client.ts'
import { HttpAddress } from '../../src/http/http-address.ts'
import type { SourceNote } from '../../src/http/source-note.ts'
import { pages } from '../../src/http/pages.ts'
import { refusal } from './errors.ts'
import { PUBLIC_ADDRESS, sourceNote } from './source.ts'
import {
  CountryPage,
  IndicatorInfoPage,
  IndicatorPage,
  type IndicatorRow,
  type WorldBankCountry,
  type WorldBankIndicator,
} from './schemas.ts'

export const WorldBankConnection = z.object({
  baseUrl: HttpAddress.default(PUBLIC_ADDRESS).describe('address of the service, without the version'),
})

export type WorldBankSettings = z.output<typeof WorldBankConnection>

export type IndicatorQuery = {
  /** The Bank's code, such as "SP.POP.TOTL". */
  readonly indicator: string
  /** ISO 3166-1 alpha-3 or alpha-2 codes, or the Bank's codes of groups. */
  readonly countries: readonly string[]
} & (
  | { readonly year: number }
  /** Both included. */
  | { readonly from: number; readonly to: number }
)

export interface WorldBankClient {
  /** What has to stand beside the figures. */
  readonly source: SourceNote
  /**
   * Country by country, newest year first, as the service gives them. A year without a figure has a row with null; a
   * country that the Bank does not know makes it refuse the whole request.
   *
   * @throws ConfigError `config/params` before anything is asked; WorldBankError `world-bank/refused`,
   *   `world-bank/unknown-indicator`; HttpError
   */
  indicator(query: IndicatorQuery): AsyncIterable<IndicatorRow>
  /** Countries and groups of countries (`isAggregate`), all of them. */
  countries(): AsyncIterable<WorldBankCountry>
  /** @throws WorldBankError `world-bank/unknown-indicator` */
  indicatorInfo(indicator: string): Promise<WorldBankIndicator>
  close(): Promise<void>
}

/** Large enough for most questions in one page; above some 32,000 the service answers an HTML page. */
const ROWS_A_PAGE = 1_000
/** 1,500 characters may stand between two slashes of the address: codes of three letters and their semicolons. */
const COUNTRIES_AT_ONCE = 300
/** The service gives no number; this many at once were never refused. */
const AT_ONCE = 2
const FIRST_YEAR = 1960

export function createWorldBankClient(settings: WorldBankSettings, io: Io = {}): WorldBankClient {
  const http = createHttpClient({ baseUrl: settings.baseUrl, timeoutMs: 30_000, atOnce: AT_ONCE }, io)

  const read = <Row>(
    path: string,
    asked: string,
    schema: z.ZodType<PageAnswer<Row>>,
    query: Readonly<Record<string, string>> = {},
  ): AsyncIterable<Row> =>
    pages(1, async (page: number) => {
      const { body } = await http.send({
        path,
        query: { format: 'json', per_page: ROWS_A_PAGE, page, ...query },
        schema,
      })
      if (body.length === 1) throw refusal(body[0].message, asked)
      const [head, rows] = body
      return { rows: rows ?? [], next: page < head.pages ? page + 1 : undefined }
    })

  return {
    source: sourceNote(settings.baseUrl),
    async *indicator(query) {
      const { indicator, countries } = query
      const [from, to] = 'year' in query ? [query.year, query.year] : [query.from, query.to]
      checkQuery(indicator, countries, from, to)
      for (let start = 0; start < countries.length; start += COUNTRIES_AT_ONCE) {
        const some = countries.slice(start, start + COUNTRIES_AT_ONCE)
        yield* read<IndicatorRow>(
          `/v2/country/${some.map(encodeURIComponent).join(';')}/indicator/${encodeURIComponent(indicator)}`,
          `${indicator} of ${countries.length === 1 ? countries[0] : `${countries.length} countries`}`,
          IndicatorPage,
          { date: from === to ? `${from}` : `${from}:${to}` },
        )
      }
    },
    countries: () => read<WorldBankCountry>('/v2/country', 'the list of countries', CountryPage),
    async indicatorInfo(indicator) {
      checkIndicator(indicator)
      const path = `/v2/indicator/${encodeURIComponent(indicator)}`
      for await (const info of read<WorldBankIndicator>(path, `the indicator ${indicator}`, IndicatorInfoPage)) {
        return info
      }
      throw refusal([{ id: '175', key: '', value: 'nothing came for it' }], `the indicator ${indicator}`)
    },
    close: () => http.close(),
  }
}

type PageAnswer<Row> =
  | [{ message: { id: string; key: string; value: string }[] }]
  | [{ page: number; pages: number }, Row[] | null]

function checkQuery(indicator: string, countries: readonly string[], from: number, to: number): void {
  checkIndicator(indicator)
  const wrong = countries.find((code) => !/^[A-Za-z0-9]{2,3}$/.test(code))
  if (countries.length === 0 || wrong !== undefined) {
    throw new ConfigError(
      'config/params',
      wrong === undefined ? 'no country was asked for' : `"${wrong}" is no code of a country`,
      { hint: 'give ISO 3166-1 alpha-3 codes, such as ETH or KEN' },
    )
  }
  if (!(Number.isInteger(from) && Number.isInteger(to) && from <= to && from >= FIRST_YEAR)) {
    throw new ConfigError('config/params', `the years ${from} to ${to} cannot be asked for`, {
      hint: `the Bank's figures begin in ${FIRST_YEAR}; the first year comes first`,
    })
  }
}

function checkIndicator(indicator: string): void {
  if (/^[A-Za-z0-9._]+$/.test(indicator)) return
  throw new ConfigError('config/params', `"${indicator}" is no code of an indicator`, {
    hint: 'a code has capital letters, digits and dots, such as SP.POP.TOTL',
  })
}
