/** The door for flow authors: what a flow, a task and a deployment are made of. */
export { collect } from './base/collect.ts'
export { DAY, HOUR, MINUTE, SECOND } from './base/duration.ts'
export * from './base/errors.ts'
export type { Failure } from './base/failure.ts'
export type { Io } from './base/io.ts'
export type { JsonObject, JsonValue } from './base/json.ts'
export type { Log } from './base/log.ts'
export { Secret } from './base/secret.ts'

export { image, link, markdown, progress, table, type ArtifactDraft, type TableRow } from './model/artifact.ts'
export {
  DEFAULT_BASIS,
  FLOW_PARAMETERS,
  INPUTS,
  NONE,
  RUN_ID,
  TASK_SOURCE,
  type CacheBasis,
} from './model/cache-basis.ts'
export type { CachePolicy } from './model/cache-key.ts'
export { Year, yearOf } from './model/relative.ts'
export { exponentialBackoff, type RetryPolicy } from './model/retry.ts'
export type { DataWindow, FlowRun } from './model/run.ts'
export type { State, StateType } from './model/state.ts'
export type { TaskRun } from './model/task-run.ts'

export { defineBlock, secret, type Block } from './blocks/define.ts'
export { jsonBlock, secretBlock } from './blocks/standard.ts'

export type { FlowContext, RunContext, TaskContext } from './engine/context.ts'
export { allowFailure, unmapped, whole } from './engine/feed.ts'
export { flow, type AnyFlow, type Flow } from './engine/flow.ts'
export { Future, type Settled } from './engine/future.ts'
export type { DoneStep, FlowHook, TaskHook, TransactionHook } from './engine/hooks.ts'
export { poll, PollTiming, type PollOptions } from './engine/poll.ts'
export { failed } from './engine/returned-states.ts'
export { atOnce, concurrent } from './engine/runners.ts'
export { runtime } from './engine/runtime-info.ts'
export { handleTask, type HandleTaskDefinition } from './engine/handle-task.ts'
export type { Confirmed } from './engine/once.ts'
export { task, type AnyTask, type Task } from './engine/task.ts'
export type { Transaction } from './engine/transaction.ts'
export type { Approval, ApprovalRequest, PauseOptions } from './engine/waits.ts'

export { runIfMain } from './project/run-if-main.ts'

export { deployment, type DeploymentDefinition } from './deploy/deployment.ts'
export { upcoming } from './schedule/due.ts'
export { cron, interval, rrule } from './schedule/schedule.ts'
