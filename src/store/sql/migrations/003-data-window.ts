/** The stretch of time whose data a run is about. */
import type { Migration } from './migration.ts'

export const dataWindow: Migration = {
  version: 3,
  name: 'data-window',
  statements: () => ['alter table runs add column window_from bigint', 'alter table runs add column window_to bigint'],
}
