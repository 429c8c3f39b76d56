/** The door of the DHIS2 connector. */
export type { Dhis2Api } from './api.ts'
export { dhis2 } from './block.ts'
export { createDhis2Client } from './client.ts'
export type { Dhis2Client, ListQuery, OrgUnitQuery } from './client.ts'
export { Dhis2Error } from './errors.ts'
export type { Dhis2Code } from './errors.ts'
export type { MetadataQuery, PagedQuery } from './metadata.ts'
export type {
  Account,
  DataElement,
  DataSet,
  Geometry,
  Indicator,
  MetadataObject,
  OrgUnit,
  ServerInfo,
} from './schemas.ts'
export { DEMO_CONNECTION, Dhis2Connection } from './settings.ts'
export type { Dhis2Settings } from './settings.ts'
export type { DataValueQuery, StoredDataValue } from './stored-values.ts'
export type { ImportedBatch } from './data-values/batch-ledger.ts'
export type { ComparedRows } from './data-values/compare-with-stored.ts'
export type { BatchRow, DataValueBatch } from './data-values/data-value-batch.ts'
export type { DataValueRow } from './data-values/data-value-row.ts'
export type { LedgerCounts, LedgerEntry, Outcome, Reason, RowCode } from './data-values/ledger.ts'
export type { DataValuePlan } from './data-values/plan-data-values.ts'
export type {
  DataValuePush,
  DataValueRows,
  ImportOptions,
  PlanOptions,
  PushCheckpoints,
  PushOptions,
  PushReport,
} from './data-values/push-data-values.ts'
export { createPushLedger } from './data-values/push-ledger.ts'
export type { PushLedger } from './data-values/push-ledger.ts'
export { parsePeriod } from './periods/parse-period.ts'
export { nextPeriod, periodContains, periodHolding, periodsBetween, previousPeriod } from './periods/period-sequence.ts'
export { PERIOD_TYPES, periodTypesKnownTo } from './periods/period-type.ts'
export type { PeriodType } from './periods/period-type.ts'
export type { Period } from './periods/period.ts'
export { RELATIVE_PERIOD_KEYWORDS, relativePeriods } from './periods/relative-periods.ts'
export type { RelativePeriodOptions } from './periods/relative-periods.ts'
export { canonicalExpression } from './expression/canonical-expression.ts'
export type { ItemTypeLookup } from './expression/check-result.ts'
export { EXPRESSION_KINDS } from './expression/expression-kind.ts'
export type { ExpressionKind } from './expression/expression-kind.ts'
export { DEFAULT_WEIGHTS, expressionMetrics, weightedComplexity } from './expression/expression-metrics.ts'
export type { ExpressionMetrics, HalsteadMeasures, MetricWeights } from './expression/expression-metrics.ts'
export type { BinaryOperator, Expression, Item, ItemType, Modifier, UnaryOperator } from './expression/expression.ts'
export { indicatorClosure } from './expression/indicator-closure.ts'
export type { IndicatorClosure, IndicatorExpressions } from './expression/indicator-closure.ts'
export { DEFAULT_BINS, SCORE_BINS, indicatorScore, scoreBin } from './expression/indicator-score.ts'
export type { BinBounds, IndicatorFlag, IndicatorScore, ScoreBin } from './expression/indicator-score.ts'
export { parseExpression } from './expression/parse-expression.ts'
export type { ParsedExpression, ParseOptions } from './expression/parse-expression.ts'
export { printExpression } from './expression/print-expression.ts'
