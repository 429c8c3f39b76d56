/** The door `d2flow/connectors/object-store`. */
export { objectStore } from './block.ts'
export {
  createObjectStoreClient,
  ObjectStoreConnection,
  type ObjectStoreClient,
  type ObjectStoreSettings,
  type StoredObject,
} from './client.ts'
