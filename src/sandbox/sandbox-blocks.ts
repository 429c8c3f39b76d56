import type { SandboxAddresses } from './start-sandbox.ts'

/** Values for blocks that lead into the sandbox, by the type of block. */
export type SandboxBlocks = Readonly<Record<string, Readonly<Record<string, unknown>>>>

export function sandboxBlocks({
  dhis2,
  openMeteo,
  slack,
  webhook,
  worldBank,
  worldPop,
  objectStore,
}: SandboxAddresses): SandboxBlocks {
  return {
    'dhis2-credentials': { baseUrl: dhis2, username: 'admin', password: 'district' },
    'http-api': { baseUrl: dhis2, authType: 'basic', username: 'admin', password: 'district' },
    'open-meteo': { airQualityUrl: openMeteo, forecastUrl: openMeteo, archiveUrl: openMeteo },
    'world-bank': { baseUrl: worldBank },
    worldpop: { statsUrl: worldPop, hubUrl: worldPop },
    'object-store': {
      endpoint: objectStore,
      bucket: 'exports',
      accessKeyId: 'sandbox',
      secretAccessKey: 'sandbox',
    },
    'slack-webhook': { url: `${slack}/services/T0000SANDBOX/B0000SANDBOX/sandbox` },
    'custom-webhook': {
      name: 'sandbox',
      url: `${webhook}/hook`,
      jsonData: { subject: '{{subject}}', body: '{{body}}' },
    },
  }
}
