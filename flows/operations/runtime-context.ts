/**
 * What does a run know about itself?
 *
 * `runtime` answers from anywhere below the flow, also from a function that was handed nothing: which run, which task,
 * which deployment. By hand there is no deployment, so the run calls itself local. Outside of any run all of it is null.
 */
import { flow, runtime, table, task } from 'd2flow'
import { z } from 'zod'

/** Called from a task, without a context of its own. */
function whereAmI(): { readonly taskName: string | null; readonly taskRun: string | null } {
  return { taskName: runtime.taskRun?.taskName ?? null, taskRun: runtime.taskRun?.name ?? null }
}

const lookAround = task({ name: 'look-around', run: () => whereAmI() })

export const runtimeContext = flow({
  name: 'runtime-context',
  params: z.object({ audience: z.string().min(1).default('everybody').describe('a parameter, to see it again below') }),
  async run(_, ctx) {
    const { flowRun, deployment } = runtime
    const { taskName, taskRun } = await lookAround()
    const facts = [
      { fact: 'deployment', value: deployment?.name ?? 'local' },
      { fact: 'flow', value: flowRun?.flowName ?? null },
      { fact: 'flow run', value: flowRun?.name ?? null },
      { fact: 'flow run id', value: flowRun?.id ?? null },
      { fact: 'attempt', value: flowRun?.runCount ?? null },
      { fact: 'due', value: flowRun?.scheduledStartTime.toISOString() ?? null },
      { fact: 'data from', value: ctx.window?.fromAt.toISOString() ?? 'no window: it has no schedule' },
      { fact: 'parameters', value: JSON.stringify(flowRun?.parameters ?? null) },
      { fact: 'task', value: taskName },
      { fact: 'task run', value: taskRun },
    ]
    await ctx.publish(table('runtime-context', facts, 'What this run knows about itself'))
    return { origin: deployment?.name ?? 'local', flowName: flowRun?.flowName ?? null, parameters: flowRun?.parameters }
  },
})
