/**
 * What happens when a run ends well, and what when it does not?
 *
 * Hooks are plain functions beside the work: they make no step, they hear of the final state only, and one that fails
 * hides nothing. This flow writes down which of its hooks were called; set `fails` to see the other half (sample data).
 */
import { flow, markdown, task, type FlowHook, type TaskHook } from 'd2flow'
import { z } from 'zod'

const sayHowItWent: TaskHook = (task, run, state, ctx) => {
  ctx.log.info(`${run.name} of ${task.name} is ${state.name}`)
}

/** One function may serve several states: it is told which one it was called for. */
const report: FlowHook = async (flow, run, state, ctx) => {
  const verdict = state.type === 'completed' ? 'ended well' : `did not end well: ${state.message}`
  await ctx.publish(markdown('state-handlers', `Sample data: run ${run.name} of ${flow.name} ${verdict}.`))
}

const countReports = task({
  name: 'count-reports',
  onCompletion: [sayHowItWent],
  onFailure: [sayHowItWent],
  run({ fails }: { fails: boolean }) {
    if (fails) throw new Error('no report came from District B')
    return 12
  },
})

export const stateHandlers = flow({
  name: 'state-handlers',
  params: z.object({ fails: z.boolean().default(false).describe('whether the one task fails') }),
  onCompletion: [report],
  onFailure: [report],
  async run({ fails }) {
    return { reports: await countReports({ fails }) }
  },
})
