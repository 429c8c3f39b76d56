/** The door `d2flow/analysis`: pure functions on plain rows. */

// Air quality
export { dailyMaximum, dailyMaximumEightHour, dailyMean, type Daily, type DayOfHours } from './air-day.ts'
export { ppbFromUgM3, ppmFromUgM3, ugM3PerPpb, type Gas, type ReferenceConditions } from './air-units.ts'
export { aqi, combinedAqi, type Aqi } from './aqi.ts'
export { POLLUTANTS, type EpaScheme, type Pollutant } from './epa-breakpoints.ts'
export { advisory, AQI_CATEGORIES, aqiCategory, severity, type AqiCategory } from './epa-categories.ts'
export { epaDay, epaHour, type AirSeries, type EpaOptions, type EpaReading, type HourlyAir } from './epa-air.ts'
export { europeanAqiBand, type EuropeanBand, type EuropeanPollutant } from './european-aqi.ts'
export { nowCast } from './now-cast.ts'
export {
  exceedsWho,
  WHO_AIR_LEVELS,
  whoExceedanceDays,
  whoTargetAttained,
  type ExceedanceDays,
  type WhoLevel,
  type WhoLevelKey,
  type WhoTarget,
} from './who-air-levels.ts'

// Thresholds and alerts
export { alertStates } from './alert-states.ts'
export { breaks, type BreakMethod } from './breaks.ts'
export { classify, type Classification } from './classify.ts'
export { exceedance, type Exceedance, type ExceedanceRun } from './exceedance.ts'
export { thresholdScheme, type Band, type ThresholdScheme } from './threshold-scheme.ts'

// Columns: what they hold, and how they go together
export { describe, type Description } from './describe.ts'
export { quantile } from './quantile.ts'
export { roundTo } from './round.ts'
export { type Column, type Unmeasured } from './paired.ts'
export { adjustPValues, type Adjustment } from './adjust-p-values.ts'
export { correlationMatrix, type CorrelationMatrixOptions, type CorrelationPair } from './correlation-matrix.ts'
export { kendallTauB, type KendallCorrelation } from './kendall-tau-b.ts'
export { pearson, type Correlated, type Correlation } from './pearson.ts'
export { spearman } from './spearman.ts'
export { partialCorrelation } from './partial-correlation.ts'
export {
  autocorrelation,
  blockBootstrapInterval,
  crossCorrelation,
  differenced,
  effectiveSampleSize,
  lagged,
} from './serial-correlation.ts'

// Regression
export { linearRegression, logLinearRegression, multipleRegression, polynomialRegression } from './regression.ts'
export { type Regression } from './least-squares.ts'
export { theilSen, theilSenInterval } from './theil-sen.ts'
export { huberRegression, type HuberRegression } from './huber-regression.ts'
export { logLogRegression, logOutcomeRegression, type LogOutcomeRegression } from './log-outcome-regression.ts'
export {
  informationCriteria,
  regressionDiagnostics,
  type DiagnosticWarning,
  type RegressionDiagnostics,
  type RowDiagnostics,
  type TestStatistic,
} from './regression-diagnostics.ts'
export { coefficientIntervals, predictAt, type Interval, type Prediction } from './regression-intervals.ts'

// Hypothesis tests
export { oneSampleTTest, pairedTTest, twoSampleTTest, type TTest } from './t-test.ts'
export { mannWhitney, type MannWhitney } from './mann-whitney.ts'
export { chiSquareFit, chiSquareIndependence, lastDigitHeaping, type ChiSquare } from './chi-square.ts'
export { compareProportions, proportion, type Proportion, type ProportionTest } from './proportions.ts'
export { differenceOfMeans, permutationTest, type Contrast, type PermutationTest } from './permutation-test.ts'
export { seededRandom } from './seeded-random.ts'

// Series
export { onCalendar, type OnCalendar } from './on-calendar.ts'
export { mannKendall, type MannKendall, type MannKendallOptions } from './mann-kendall.ts'
export { neweyWest, type NeweyWest } from './newey-west.ts'
export { compoundGrowth, growthRates } from './growth-rates.ts'
export { centredYearMean, movingMean, movingMedian, type MovingWindow } from './moving-window.ts'
export {
  seasonalDecomposition,
  type DecompositionOptions,
  type SeasonalDecomposition,
} from './seasonal-decomposition.ts'
export { anomalies, type Anomalies } from './anomalies.ts'
export { changePoint, type ChangePoint } from './change-point.ts'
export { flatLines, type FlatLine } from './flat-lines.ts'

// Surveillance
export { channelZone, epidemicChannel, type ChannelSeason, type ChannelZone } from './epidemic-channel.ts'
export { ears, type EarsOptions, type EarsStep } from './ears.ts'
export { cusum, type Cusum, type CusumOptions } from './cusum.ts'

// Scores, risk and rank
export {
  compositeRisk,
  riskContributions,
  type CompositeRisk,
  type CompositeRiskOptions,
  type RiskCategory,
  type RiskFactor,
} from './composite-risk.ts'
export { informRisk, invertedGeometricMean } from './inform.ts'
export { normalise } from './normalise.ts'
export { compositeIndex, minMaxScores, type IndexRow, type MinMaxScores } from './composite-index.ts'
export { worstFirst, type WorstFirstReading } from './worst-first.ts'
export { indicatorScores, type Normalisation } from './indicator-scores.ts'
export { winsorise, type Treated } from './winsorise.ts'
export { entropyWeights, equalWeights, principalWeights, type ScoreColumns } from './indicator-weights.ts'
export { aggregateScores, copelandScores, type Aggregated, type AggregationRule } from './aggregate-scores.ts'
export {
  oneAtATime,
  rankIntervals,
  type RankedIndicator,
  type RankInterval,
  type RankShift,
  type SensitivityOptions,
} from './rank-sensitivity.ts'
export { rankAscending, rankByResidual, rankDescending, type Ranked, type Ranking } from './ranking.ts'

// Star schema
export { dimension, factTable, UNKNOWN_KEY, type Dimension, type Fact, type FactTable } from './star-schema.ts'
export { versionedDimension, type MemberVersion, type VersionedDimension } from './versioned-dimension.ts'
export {
  checkIntegrity,
  reconcile,
  rollUp,
  type Additivity,
  type Integrity,
  type Reconciliation,
  type RolledUp,
} from './roll-up.ts'

// Population
export { AGES_TO_80, AGES_TO_90, FIVE_YEAR_AGES, regroup } from './age-groups.ts'
export { populationBetween, type PopulationEstimate } from './population-between.ts'
export { crudeRate, poissonInterval, rateWithInterval } from './rates.ts'
export {
  childWomanRatio,
  dependencyRatio,
  medianAge,
  populationDensity,
  populationGrowth,
  sexRatio,
  standardisedRate,
  whippleIndex,
  WHO_WORLD_STANDARD,
  type AgeGroup,
  type Dependency,
  type Growth,
} from './population.ts'

// Climate
export {
  celsiusFromFahrenheit,
  celsiusFromKelvin,
  fahrenheitFromCelsius,
  mmFromMetres,
  monthlyMmFromDailyMetres,
  wattsFromJoules,
} from './climate-units.ts'
export { relativeHumidity, saturationVapourPressureHPa, vapourPressureDeficitHPa } from './humidity.ts'
export { heatIndexC, wetBulbC } from './heat-stress.ts'
export { meanWindDirection, windDirection, windSpeed } from './wind.ts'
export {
  byLocalDay,
  byMonth,
  dekadsOf,
  type CompleteMonth,
  type DailyStatistic,
  type Dekad,
  type Hour,
  type LocalDay,
} from './local-day.ts'
export { dailyTotalsFromRunningTotals, hoursFromRunningTotals, type Deaccumulated } from './accumulated-rain.ts'
export { climateAnomaly, climateNormal, type ClimateAnomaly } from './climate-normals.ts'
export { degreeDays } from './degree-days.ts'
export { spells, type Spell } from './spells.ts'
export { standardisedPrecipitation, type PrecipitationIndexOptions } from './standardised-precipitation.ts'

// Data quality
export {
  assessQuality,
  qualityGrade,
  type QualityAssessment,
  type QualityGrade,
  type QualityOptions,
  type RuleResult,
} from './assess-quality.ts'
export { parseQualityRules, QualityRule, type QualityRuleInput } from './quality-rule.ts'
export { QUALITY_CHECKS, type QualityContext, type QualityRow } from './quality-checks.ts'
export { profile, type ColumnProfile, type NumberProfile, type Profile, type ValueKind } from './profile.ts'
export { modifiedZScores, outliers, type OutlierMethod, type OutlierOptions, type Outliers } from './outliers.ts'
export {
  consistencyOfPair,
  consistencyOverTime,
  copiedPeriods,
  denominatorConsistency,
  dropout,
  externalConsistency,
  indicatorCompleteness,
  reportingRates,
  sharedValues,
  verificationFactor,
  yearOutliers,
  type ConsistencyOverTime,
  type IndicatorCompleteness,
  type PairConsistency,
  type ReportingRate,
  type ReportingUnit,
  type YearOutliers,
} from './routine-data-quality.ts'

// Lineage
export { canonicalJson, contentHash } from '../base/hash.ts'
export {
  brokenLinks,
  changed,
  lineageEntry,
  lineageSummary,
  shortHash,
  type BrokenLink,
  type LineageEntry,
  type LineageSummary,
  type StageRecord,
} from './lineage.ts'
export {
  datasetEvent,
  facetsBy,
  jobEvent,
  OPEN_LINEAGE_TYPE_OF_STATE,
  runEvent,
  type ColumnSource,
  type DatasetEvent,
  type Facet,
  type FacetBuilders,
  type Facets,
  type JobEvent,
  type LineageDataset,
  type LineageJob,
  type OpenLineageEvent,
  type OpenLineageEventType,
  type ParentRun,
  type RunEvent,
  type SchemaField,
  type SizeCounts,
} from './open-lineage.ts'
