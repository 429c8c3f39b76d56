/** The door `d2flow/sandbox`: every service that a bundled flow talks to, on this machine. */
export {
  demoCsv,
  demoDataValues,
  writeCountryCsv,
  type DemoFault,
  type DemoRow,
} from '../../fixtures/dhis2/country/index.ts'
export { sandboxBlocks, type SandboxBlocks } from './sandbox-blocks.ts'
export {
  startSandbox,
  type Sandbox,
  type SandboxAddresses,
  type SandboxMessages,
  type SandboxOptions,
} from './start-sandbox.ts'
