/** How a noun of the command line says what it takes. What it does lives in `commands/` and is loaded when it is used. */
import type { Command } from '@commander-js/extra-typings'
import type { Invocation } from './invocation.ts'

/** Runs a command with what it needs, and turns its outcome into an exit code. */
export type Invoke = (run: (invocation: Invocation) => Promise<number>) => Promise<void>

/** Adds the verbs, arguments, options and examples to the command of a noun. */
export type Declare = (command: Command, invoke: Invoke) => void
