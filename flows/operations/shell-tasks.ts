/**
 * What does this machine say when it is asked?
 *
 * A command is a task like any other: the library that Node brings, inside `run`. Its output comes back without the white
 * space around it; an exit code other than 0 fails the task, with the code and the words of the command. A stopped run
 * stops the command.
 */
import { EngineError, flow, table, task } from 'd2flow'
import { exec } from 'node:child_process'
import { promisify } from 'node:util'
import { z } from 'zod'

const run = promisify(exec)

export const runShell = task({
  name: 'run-shell',
  async run({ command }: { command: string }, ctx) {
    try {
      const { stdout } = await run(command, { signal: ctx.signal, encoding: 'utf8', maxBuffer: 10_000_000 })
      return stdout.trim()
    } catch (cause) {
      ctx.signal.throwIfAborted()
      const { code, stderr = '' } = cause as { code?: number | string; stderr?: string }
      throw new EngineError('engine/task-failed', `"${command}" ended with exit code ${code}: ${stderr.trim()}`, {
        hint: 'try the command in a terminal',
        details: { command, exitCode: code ?? null },
        cause,
      })
    }
  },
})

export const shellTasks = flow({
  name: 'shell-tasks',
  params: z.object({
    commands: z
      .array(z.string().min(1))
      .min(1)
      .default(['echo reports: 3', "printf '  north\\nsouth  \\n'"])
      .describe('what is run, each through the shell'),
  }),
  async run({ commands }, ctx) {
    const outputs = await Promise.all(runShell.map({ command: commands }))
    const rows = commands.map((command, at) => ({ command, output: outputs[at] ?? '' }))
    await ctx.publish(table('shell-tasks', rows, 'What the commands said'))
    return { outputs }
  },
})
