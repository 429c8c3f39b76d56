/**
 * The rows as they lie in the database. Moments are milliseconds, JSON is text, booleans are 0 and 1, ids and hashes of
 * steps are packed bytes. `run` is the `pk` of a run: a small number in place of its 36 characters.
 */

export interface Tables {
  runs: RunRow
  task_runs: TaskRunRow
  logs: LogRow
  artifacts: ArtifactRow
  leases: LeaseRow
  cache: CacheRow
  cache_claims: CacheClaimRow
  blocks: BlockRow
  variables: VariableRow
  deployments: DeploymentRow
  outbox: OutboxRow
  events: EventRow
  limits: LimitRow
  slots: SlotRow
  limit_queue: LimitQueueRow
  transactions: TransactionRow
  rule_firings: RuleFiringRow
  servers: ServerRow
  work_pools: WorkPoolRow
  schema_versions: SchemaVersionRow
}

/** A kept result: a value, or a file with its size. */
export interface ResultColumns {
  readonly result_value: string | null
  readonly result_path: string | null
  readonly result_bytes: number | null
  readonly result_sha256: Uint8Array | null
}

export interface RunRow extends ResultColumns {
  readonly pk: number
  readonly id: string
  readonly name: string
  readonly flow_name: string
  readonly flow_version: string | null
  readonly parameters: string
  readonly tags: string
  readonly deployment_id: string | null
  readonly deployment_name: string | null
  readonly schedule_slug: string | null
  readonly parent_run_id: string | null
  readonly root_run_id: string
  readonly key: string | null
  readonly due_at: number
  readonly window_from: number | null
  readonly window_to: number | null
  readonly created_at: number
  readonly started_at: number | null
  readonly ended_at: number | null
  readonly state_type: string
  /** When it falls due, while it is scheduled; otherwise null. */
  readonly scheduled_for: number | null
  readonly history: string
  readonly run_count: number
  readonly crash_count: number
  readonly epoch: number
  readonly failure: string | null
  readonly warning: string | null
  readonly fallbacks: string
  /** How many lines of its log are warnings, and how many errors. */
  readonly warnings: number
  readonly errors: number
}

export interface TaskRunRow extends ResultColumns {
  readonly pk: number
  readonly id: Uint8Array
  readonly run: number
  readonly task_name: string
  readonly name: string
  readonly key: string
  readonly ordinal: number
  readonly input_hash: Uint8Array | null
  readonly version: string | null
  readonly cache_key: string | null
  readonly created_at: number
  readonly started_at: number | null
  readonly ended_at: number | null
  readonly history: string
  readonly run_count: number
  readonly crash_count: number
  readonly epoch: number
  readonly failure: string | null
}

export interface LogRow {
  readonly pk: number
  readonly run: number
  readonly task_run_id: Uint8Array | null
  readonly at: number
  readonly level: string
  readonly message: string
}

export interface ArtifactRow {
  readonly pk: number
  readonly id: string
  readonly run: number
  readonly task_run_id: Uint8Array | null
  readonly key: string | null
  readonly kind: string
  readonly description: string | null
  readonly content: string
  readonly created_at: number
}

export interface LeaseRow {
  readonly run: number
  readonly epoch: number
  readonly worker_id: string
  readonly pid: number
  readonly boot_id: string
  readonly host_name: string
  readonly expires_at: number
}

export interface CacheClaimRow {
  readonly key: string
  readonly run: number
  readonly epoch: number
}

export interface CacheRow extends ResultColumns {
  readonly key: string
  readonly task_run_id: Uint8Array | null
  readonly created_at: number
  readonly expires_at: number | null
}

export interface BlockRow {
  readonly type: string
  readonly name: string
  readonly id: string
  readonly document: string
  readonly created_at: number
  readonly updated_at: number
}

export interface VariableRow {
  readonly name: string
  readonly value: string
  readonly updated_at: number
}

export interface DeploymentRow {
  readonly id: string
  readonly flow_name: string
  readonly name: string
  readonly paused: number
  /** The other members, as JSON. */
  readonly record: string
  readonly created_at: number
  readonly pool: string | null
}

export interface OutboxRow {
  readonly pk: number
  readonly id: string
  readonly key: string
  readonly run_id: string | null
  readonly through: string
  readonly named: string
  readonly subject: string
  readonly body: string
  readonly facts: string
  readonly created_at: number
  readonly status: string
  readonly tries: number
  readonly next_try_at: number
  readonly last_error: string | null
  readonly delivered_at: number | null
}

export interface EventRow {
  readonly pk: number
  readonly id: string
  readonly at: number
  readonly name: string
  readonly resource: string
  readonly payload: string
  readonly labels: string
  readonly related: string
  readonly follows: string | null
}

export interface RuleFiringRow {
  readonly pk: number
  readonly id: string
  readonly key: string
  readonly rule: string
  readonly subject: string
  readonly reason: string
  readonly fired_at: number
  readonly cleared_at: number | null
}

export interface ServerRow {
  readonly worker_id: string
  readonly pid: number
  readonly boot_id: string
  readonly host_name: string
  readonly at_once: number
  readonly started_at: number
  readonly seen_at: number
  readonly stopped_at: number | null
  readonly pool: string | null
  readonly name: string | null
}

export interface WorkPoolRow {
  readonly name: string
  readonly type: string
  readonly paused: number
  readonly concurrency_limit: number | null
  readonly created_at: number
}

export interface LimitRow {
  readonly name: string
  readonly size: number
  readonly per_ms: number | null
  /** What was left in the bucket of a rate at `tokens_at`; both are written only when tokens are taken. */
  readonly tokens: number | null
  readonly tokens_at: number | null
  readonly created_at: number
}

export interface SlotRow {
  readonly pk: number
  readonly limit_name: string
  readonly ticket: string
  readonly run: number
  readonly epoch: number
  readonly expires_at: number
}

export interface LimitQueueRow {
  readonly limit_name: string
  readonly ticket: string
  readonly slots: number
  readonly run: number
  readonly epoch: number
  readonly expires_at: number
}

export interface TransactionRow {
  readonly run: number
  readonly key: string
  readonly state: string
  readonly data: string
  readonly created_at: number
  readonly ended_at: number | null
}

export interface SchemaVersionRow {
  readonly version: number
  readonly name: string
  readonly applied_at: number
}
