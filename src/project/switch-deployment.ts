/** Stops and restarts the schedules of a deployment; a run by hand stays possible all the while. */
import type { DeploymentRecord } from '../model/deployment-record.ts'
import type { Project } from './open-project.ts'

/** Gives how many scheduled runs were taken back. */
export async function pauseDeployment(
  { store }: Pick<Project, 'store'>,
  deployment: DeploymentRecord,
): Promise<number> {
  await store.deployments.save({ ...deployment, paused: true })
  return await store.deployments.dropScheduled(deployment.id)
}

/** Its schedules count from now on: what was missed is not made up. */
export async function resumeDeployment(
  { store }: Pick<Project, 'store'>,
  deployment: DeploymentRecord,
  now: Date,
): Promise<void> {
  await store.deployments.save({ ...deployment, paused: false, scheduledFromAt: now.toISOString() })
}
