/** The door to stores. */
export { createMemoryStore } from './memory.ts'
export { DEFAULT_STORE, openStore, type OpenStoreOptions } from './open.ts'
export { keepResult, loadResult } from './results.ts'
export type * from './store.ts'
