/** Where things have their page. */
import type { DeploymentRecord } from '../model/deployment-record.ts'

export function deploymentPath({ flowName, name }: Pick<DeploymentRecord, 'flowName' | 'name'>): string {
  return `/deployments/${encodeURIComponent(flowName)}/${encodeURIComponent(name)}`
}
