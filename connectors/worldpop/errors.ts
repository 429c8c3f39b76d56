/** What WorldPop refuses in words of its own, with status 200. */
import { ToolkitError } from '../../src/base/errors.ts'

export type WorldPopCode =
  /** The service took the question and could not answer it. */
  | 'worldpop/refused'
  /** The question is beyond what the service can be asked: nothing was sent. */
  | 'worldpop/out-of-range'

export class WorldPopError extends ToolkitError<WorldPopCode> {}
