/** Lets a flow file be run as a script: `node flows/gdp-comparison.ts`. */
import { toFailure } from '../base/failure.ts'
import type { AnyFlow } from '../engine/flow.ts'

/**
 * Runs the flow once when its file is what Node was started with; importing the file runs nothing. The first argument may
 * be a JSON object with parameters. Runs are kept where `D2FLOW_STORE` says, else nowhere.
 *
 * @example runIfMain(import.meta, gdpComparison) // the last line of the file
 */
export function runIfMain(meta: Pick<ImportMeta, 'main'>, flow: AnyFlow): void {
  if (meta.main) void runAsScript(flow)
}

async function runAsScript(flow: AnyFlow): Promise<void> {
  try {
    // loaded only here, so that importing a flow stays light
    const [{ openProject }, { runFlowByName }, { readSettings }] = await Promise.all([
      import('./open-project.ts'),
      import('./run-flow-by-name.ts'),
      import('../base/settings.ts'),
    ])
    const settings = readSettings()
    const project = await openProject({
      folder: process.cwd(),
      definition: { flows: [flow] },
      settings,
      store: settings.store ?? 'memory:',
    })
    const parameters = JSON.parse(process.argv[2] ?? '{}') as Record<string, unknown>
    const { result, failure } = await runFlowByName(project, flow.name, parameters, {
      onLog: ({ level, message }) => process.stderr.write(`${level} ${message}\n`),
    })
    await project.close()
    if (failure !== null) throw Object.assign(new Error(failure.message), failure)
    process.stdout.write(`${JSON.stringify(result ?? null, null, 2)}\n`)
  } catch (error) {
    const { message, hint } = toFailure(error)
    process.stderr.write(`error: ${message}\n${hint === undefined ? '' : `  hint: ${hint}\n`}`)
    process.exitCode = 1
  }
}
