/** What pages ask of 100,000 runs: those in a state, those of a deployment, and how many were due when. */
import type { Migration } from './migration.ts'

export const listsOfRuns: Migration = {
  version: 6,
  name: 'lists-of-runs',
  statements: () => [
    'create index runs_by_state on runs (state_type, id)',
    'create index runs_by_deployment on runs (deployment_id, id) where deployment_id is not null',
    // the tally reads nothing but this index
    'create index runs_by_due on runs (due_at, state_type)',
  ],
}
