/** What is allowed in which state, without the schemas: for the CLI and the dashboard. */
export { type AppAction, appCan, whyAppCannot } from './app-can.ts'
export { type DeploymentAction, deploymentCan, isDeploymentEnded } from './deployment-can.ts'
export { isJobEnded, type JobAction, jobCan } from './job-can.ts'
export { may, whyMayNot } from './may.ts'
