/** `d2flow config`: which settings hold here, and where each comes from. Never a secret. */
import { RETENTION } from '../../project/retention.ts'
import { textTable } from '../../render/text-table.ts'
import { EXIT } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { withProject } from '../open.ts'

export async function showConfig(invocation: Invocation): Promise<number> {
  const { settings, version, store: named } = invocation
  return await withProject(invocation, (project) => {
    const { definition, folder, store } = project
    const storeFrom =
      named === undefined
        ? definition.store === undefined
          ? 'default'
          : 'project file'
        : named === settings.store
          ? 'D2FLOW_STORE'
          : '--store'
    const retention = { ...RETENTION, ...definition.retention }
    const rows = [
      { setting: 'version', value: version, from: '' },
      { setting: 'node', value: process.version, from: '' },
      { setting: 'project', value: folder, from: invocation.projectFolder === undefined ? 'this folder' : '--project' },
      { setting: 'store', value: store.address, from: storeFrom },
      {
        setting: 'key',
        value: settings.key === undefined ? (settings.keyFile ?? 'the key file') : '***',
        from: keyFrom(),
      },
      {
        setting: 'runs at once',
        value: definition.atOnce ?? 5,
        from: definition.atOnce === undefined ? 'default' : 'project file',
      },
      {
        setting: 'retention',
        value: `runs ${retention.runs} days, logs ${retention.logs}, events ${retention.events}`,
        from: definition.retention === undefined ? 'default' : 'project file',
      },
      { setting: 'flows', value: project.flows.length, from: `${definition.flows?.length ?? 0} of the project` },
      { setting: 'deployments', value: project.deployments.length, from: 'project file' },
      { setting: 'rules', value: definition.rules?.length ?? 0, from: 'project file' },
    ]
    invocation.output.print(textTable(rows, { cellWidth: 100 }))
    invocation.output.document({ settings: rows })
    return Promise.resolve(EXIT.done)
  })

  function keyFrom(): string {
    if (settings.key !== undefined) return 'D2FLOW_KEY'
    return settings.keyFile === undefined ? 'default' : 'D2FLOW_KEY_FILE'
  }
}
