/** Things to put into a store, with what a test does not care about filled in. */
import { newId } from '../../src/base/ids.ts'
import type { Clock } from '../../src/base/clock.ts'
import type { Artifact, ArtifactDraft } from '../../src/model/artifact.ts'
import type { BlockDocument } from '../../src/model/block-document.ts'
import type { DeploymentRecord } from '../../src/model/deployment-record.ts'
import { newRun, type RunRequest } from '../../src/model/new-run.ts'
import { newState } from '../../src/model/new-state.ts'
import type { OutboxMessage } from '../../src/model/outbox-message.ts'
import type { Event } from '../../src/model/event.ts'
import type { RuleFiring } from '../../src/model/rule-firing.ts'
import type { FlowRun } from '../../src/model/run.ts'
import type { TaskRun } from '../../src/model/task-run.ts'
import type { NewTaskRun, Store, WorkerIdentity } from '../../src/store/store.ts'

export function given(clock: Clock) {
  const at = () => clock.now().toISOString()
  let steps = 0
  return {
    run: (request: Partial<RunRequest> = {}): FlowRun =>
      newRun({ flowName: 'gdp-comparison', parameters: { year: 2023 }, at: clock.now(), ...request }),

    /** A run of a deployment's schedule. */
    scheduled: (dueAt: string, request: Partial<RunRequest> = {}): FlowRun =>
      newRun({
        flowName: 'gdp-comparison',
        parameters: {},
        at: clock.now(),
        dueAt: new Date(dueAt),
        deployment: { id: 'weekly', name: 'gdp-weekly', scheduleSlug: 'monday' },
        ...request,
      }),

    /** A step that is pending. */
    step(run: FlowRun, members: Partial<TaskRun> = {}): NewTaskRun {
      const state = newState('pending', clock.now())
      const ordinal = (steps += 1) - 1
      const taskRun: TaskRun = {
        id: newId(),
        runId: run.id,
        taskName: 'fetch-gdp',
        name: `fetch-gdp-${ordinal}`,
        key: `fetch-gdp:${ordinal}`,
        ordinal,
        inputHash: null,
        version: null,
        cacheKey: null,
        createdAt: at(),
        startedAt: null,
        endedAt: null,
        state,
        runCount: 0,
        crashCount: 0,
        epoch: run.epoch,
        result: null,
        failure: null,
        ...members,
      }
      return { taskRun, states: [taskRun.state] }
    },

    artifact: (run: FlowRun, draft: ArtifactDraft): Artifact => ({
      ...draft,
      id: newId(),
      runId: run.id,
      taskRunId: null,
      createdAt: at(),
    }),

    message: (members: Partial<OutboxMessage> = {}): OutboxMessage => {
      const id = newId()
      return {
        id,
        key: id,
        runId: null,
        through: 'slack-webhook',
        named: 'data-team',
        subject: 'gdp-comparison failed',
        body: 'the World Bank did not answer',
        facts: { state: 'failed' },
        createdAt: at(),
        status: 'waiting',
        tries: 0,
        nextTryAt: at(),
        lastError: null,
        deliveredAt: null,
        ...members,
      }
    },

    event: (members: Partial<Event> = {}): Event => ({
      id: newId(),
      at: at(),
      name: 'rule.fired',
      resource: 'rule/late',
      labels: { rule: 'late' },
      related: ['run/1'],
      payload: {},
      follows: null,
      ...members,
    }),

    firing: (members: Partial<RuleFiring> = {}): RuleFiring => {
      const id = newId()
      return {
        id,
        key: id,
        rule: 'late',
        subject: 'run/1',
        reason: 'Late for 30 min',
        firedAt: at(),
        clearedAt: null,
        ...members,
      }
    },

    block: (members: Partial<BlockDocument> = {}): BlockDocument => ({
      id: newId(),
      type: 'dhis2',
      name: 'prod',
      values: { url: 'https://dhis2.example.org', password: { sealed: 'v1:…' } },
      createdAt: at(),
      updatedAt: at(),
      ...members,
    }),

    deployment: (members: Partial<DeploymentRecord> = {}): DeploymentRecord => ({
      id: 'weekly',
      name: 'gdp-weekly',
      flowName: 'gdp-comparison',
      description: null,
      version: '1.0.0',
      tags: ['economy'],
      parameters: { year: 'LAST_YEAR' },
      parameterSchema: { type: 'object', properties: { year: { type: 'integer' } } },
      enforceParameterSchema: true,
      schedules: [],
      paused: false,
      pool: null,
      overlap: 'skip',
      importance: 'normal',
      notify: [],
      createdAt: at(),
      updatedAt: at(),
      scheduledFromAt: at(),
      ...members,
    }),
  }
}

export function worker(workerId: string): WorkerIdentity {
  return { workerId, pid: 4_711, bootId: 'boot-1', hostName: 'clinic-server' }
}

/** Writes a run and takes it through pending to running. Gives it as the store has it. */
export async function startedRun(store: Store, run: FlowRun): Promise<FlowRun> {
  const now = await store.now()
  await store.write([
    { kind: 'run-created', run },
    { kind: 'run-state', runId: run.id, epoch: run.epoch, state: newState('pending', now) },
    { kind: 'run-state', runId: run.id, epoch: run.epoch, state: newState('running', now) },
  ])
  return await loaded(store, run.id)
}

/** @throws Error when the run is not there */
export async function loaded(store: Store, runId: string): Promise<FlowRun> {
  const run = await store.runs.get(runId)
  if (run === null) throw new Error(`run ${runId} is not in the store`)
  return run
}
