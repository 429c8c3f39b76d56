/** The project of this checkout: the bundled flows, and two deployments to try `d2flow serve` with. */
import { defineProject } from 'd2flow/project'
import { airQualityDaily } from './deployments/air-quality-daily/deploy.ts'
import { orgUnitsNightly } from './deployments/org-units-nightly/deploy.ts'

export default defineProject({ deployments: [orgUnitsNightly, airQualityDaily] })
