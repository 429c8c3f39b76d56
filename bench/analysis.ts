/**
 * Statistics: digits on the reference data of NIST, and processor seconds beside scipy and statsmodels.
 *
 * raw: the same work by scipy (correlation, rank correlation, Kendall) and statsmodels (least squares) in the same run,
 * where Python has them; missing otherwise. Each of ours is the second of two runs, as theirs.
 */
import { correlationMatrix, kendallTauB, multipleRegression, seededRandom } from 'd2flow/analysis'
import { correctDigits, NIST_FITS } from '../test/analysis/nist-strd.ts'
import { printFigure } from './measure/figure.ts'
import { processorSeconds } from './measure/processor-seconds.ts'
import { pythonSeconds } from './measure/python-seconds.ts'

const figure = (metric: string, value: number, unit: string, n: number, raw?: number) =>
  printFigure({ bench: 'analysis', metric, value, unit, n, ...(raw === undefined ? {} : { raw }) })

for (const reference of NIST_FITS) {
  figure(`NIST ${reference.name}, worst coefficient`, correctDigits(reference), 'digits', reference.certified.length)
}

const [COLUMNS, ROWS] = [50, 5000]
const random = seededRandom(20_261_128)
const columns = Object.fromEntries(
  Array.from({ length: COLUMNS }, (_, column) => [
    `column ${column}`,
    Array.from({ length: ROWS }, () => (random() < 0.05 ? null : random() * 10)),
  ]),
)
const [FIT_ROWS, PREDICTORS] = [100_000, 10]
const rows = Array.from({ length: FIT_ROWS }, () => Array.from({ length: PREDICTORS }, random))
const y = rows.map((row) => row.reduce((sum, value, index) => sum + value * index, 0) + random())
const [left, right] = [y.map(random), y.map(random)]

const peers = pythonSeconds(`
import json, time
import numpy, scipy.stats, statsmodels.api
random = numpy.random.default_rng(1)
columns = random.random((${COLUMNS}, ${ROWS})) * 10
columns[random.random(columns.shape) < 0.05] = numpy.nan
def seconds(work):
    work()
    begin = time.process_time()
    work()
    return time.process_time() - begin
def pairs(measure):
    for a in range(${COLUMNS}):
        for b in range(a + 1, ${COLUMNS}):
            there = ~(numpy.isnan(columns[a]) | numpy.isnan(columns[b]))
            measure(columns[a][there], columns[b][there])
def fit():
    found = statsmodels.api.OLS(y, statsmodels.api.add_constant(x)).fit()
    return found.params, found.bse, found.pvalues, found.rsquared, found.fvalue
x = random.random((${FIT_ROWS}, ${PREDICTORS}))
y = x @ numpy.arange(${PREDICTORS}) + random.random(${FIT_ROWS})
left, right = random.random(${FIT_ROWS}), random.random(${FIT_ROWS})
print(json.dumps({
    "pearson": seconds(lambda: pairs(scipy.stats.pearsonr)),
    "spearman": seconds(lambda: pairs(scipy.stats.spearmanr)),
    "leastSquares": seconds(fit),
    "kendall": seconds(lambda: scipy.stats.kendalltau(left, right)),
}))
`)

const pairs = (COLUMNS * (COLUMNS - 1)) / 2
const table = `${COLUMNS} columns × ${ROWS} rows, 5 % missing, pairwise, with p`
timed(`Pearson, ${table}`, pairs, peers['pearson'], () => correlationMatrix(columns))
timed(`Spearman, ${table}`, pairs, peers['spearman'], () => correlationMatrix(columns, { method: 'spearman' }))
timed(`least squares, ${PREDICTORS} × ${FIT_ROWS}`, FIT_ROWS, peers['leastSquares'], () => multipleRegression(rows, y))
timed(`Kendall, ${FIT_ROWS} pairs`, FIT_ROWS, peers['kendall'], () => kendallTauB(left, right))
timed('Kendall, a tenth of them', FIT_ROWS / 10, undefined, () => {
  return kendallTauB(left.slice(0, FIT_ROWS / 10), right.slice(0, FIT_ROWS / 10))
})

function timed(metric: string, n: number, raw: number | undefined, work: () => unknown): void {
  work()
  figure(metric, processorSeconds(work).seconds, 's of processor', n, raw)
}
