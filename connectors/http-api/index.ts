/** The door `d2flow/connectors/http-api`. */
export { httpApi } from './block.ts'
export { createHttpApiClient, type HttpApiClient } from './client.ts'
export { AUTH_TYPES, HttpApiConnection, type HttpApiSettings } from './connection.ts'
