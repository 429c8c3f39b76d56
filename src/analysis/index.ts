/** The door `d2flow/analysis`: pure functions on plain rows. */
export { canonicalJson, contentHash } from '../base/hash.ts'
export { dailyMaximum, dailyMaximumEightHour, dailyMean, type Daily, type DayOfHours } from './air-day.ts'
export { ppbFromUgM3, ppmFromUgM3, ugM3PerPpb, type Gas, type ReferenceConditions } from './air-units.ts'
export { aqi, combinedAqi, type Aqi } from './aqi.ts'
export { POLLUTANTS, type EpaScheme, type Pollutant } from './epa-breakpoints.ts'
export { advisory, AQI_CATEGORIES, aqiCategory, severity, type AqiCategory } from './epa-categories.ts'
export { epaDay, epaHour, type AirSeries, type EpaOptions, type EpaReading, type HourlyAir } from './epa-air.ts'
export { europeanAqiBand, type EuropeanBand, type EuropeanPollutant } from './european-aqi.ts'
export { nowCast } from './now-cast.ts'
export { roundTo } from './round.ts'
export { exceedsWho, WHO_AIR_LEVELS, type WhoLevel, type WhoLevelKey } from './who-air-levels.ts'
export { alertStates } from './alert-states.ts'
export { breaks, type BreakMethod } from './breaks.ts'
export { classify, type Classification } from './classify.ts'
export { exceedance, type Exceedance, type ExceedanceRun } from './exceedance.ts'
export { quantile } from './quantile.ts'
export { thresholdScheme, type Band, type ThresholdScheme } from './threshold-scheme.ts'
export { adjustPValues, type Adjustment } from './adjust-p-values.ts'
export { correlationMatrix, type CorrelationMatrixOptions, type CorrelationPair } from './correlation-matrix.ts'
export { describe, type Description } from './describe.ts'
export { kendallTauB, type KendallCorrelation } from './kendall-tau-b.ts'
export { pearson, type Correlated, type Correlation } from './pearson.ts'
export { spearman } from './spearman.ts'
export { linearRegression, logLinearRegression, multipleRegression, polynomialRegression } from './regression.ts'
export { type Regression } from './least-squares.ts'
export { theilSen } from './theil-sen.ts'
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
export { rankAscending, rankByResidual, rankDescending, type Ranked, type Ranking } from './ranking.ts'
export { dimension, factTable, UNKNOWN_KEY, type Dimension, type Fact, type FactTable } from './star-schema.ts'
export { type Column, type Unmeasured } from './paired.ts'
export {
  dependencyRatio,
  medianAge,
  populationDensity,
  populationGrowth,
  sexRatio,
  standardisedRate,
  WHO_WORLD_STANDARD,
  type AgeGroup,
  type Dependency,
  type Growth,
} from './population.ts'
