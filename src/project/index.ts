/** The door `d2flow/project`: what a project is, and running it. */
export { applyDeployments, servedOf, type Applied } from './apply-deployments.ts'
export type { Entry } from './catalogue.ts'
export { defineProject, type ProjectDefinition } from './define-project.ts'
export { findProject, loadProjectFile, type FoundProject } from './find-project.ts'
export { openProject, type OpenProjectOptions, type Project } from './open-project.ts'
export { runFlowByName, type RunByNameOptions, type RunReport } from './run-flow-by-name.ts'
export type { RunFilter, RunTally, TaskRunOutline } from '../store/store.ts'
export { createService, serve, type ServeOptions, type Service } from './serve.ts'
