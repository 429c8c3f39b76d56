/** The door for flow authors. */
export * from './base/errors.ts'
