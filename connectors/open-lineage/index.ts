/** The door `d2flow/connectors/open-lineage`. */
export { openLineage } from './block.ts'
export { createOpenLineageClient, type LineageEvent, type OpenLineageClient } from './client.ts'
export { OpenLineageConnection, type OpenLineageSettings } from './connection.ts'
