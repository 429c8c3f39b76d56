/**
 * The part of `@dhis2/expression-parser` 1.1.0 that the differential test uses.
 *
 * The package has declarations but does not name them in its `exports`; tsconfig's `paths` leads here instead.
 */

export interface OracleMode {
  readonly name: string
}

export const ExpressionMode: {
  readonly INDICATOR_EXPRESSION: OracleMode
  readonly PREDICTOR_GENERATOR_EXPRESSION: OracleMode
  readonly PREDICTOR_SKIP_TEST: OracleMode
  readonly VALIDATION_RULE_EXPRESSION: OracleMode
  readonly PROGRAM_INDICATOR_EXPRESSION: OracleMode
}

export interface OracleId {
  readonly value: string
}

export interface OracleItem {
  readonly type: { readonly name: string }
  readonly uid0: OracleId
  readonly uid1: readonly OracleId[]
  readonly uid2: readonly OracleId[]
}

export class ExpressionJs {
  /** Throws for text that is no expression. */
  constructor(expression: string, mode: OracleMode)
  collectDataItems(): OracleItem[]
  normalise(): string
}
