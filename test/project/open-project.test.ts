import { deployment, flow } from 'd2flow'
import { tmpdir } from 'node:os'
import { expect, it } from 'vitest'
import { readSettings } from '../../src/base/settings.ts'
import { openProject } from '../../src/project/open-project.ts'
import { runFlowByName } from '../../src/project/run-flow-by-name.ts'

it('runs by hand a flow that only a deployment names', async () => {
  const count = flow({ name: 'count', run: async () => await Promise.resolve(3) })
  const project = await openProject({
    folder: tmpdir(),
    definition: {
      deployments: [deployment({ name: 'nightly', flow: count }), deployment({ name: 'noon', flow: count })],
    },
    settings: readSettings({}),
    store: 'memory:',
  })

  const { result } = await runFlowByName(project, 'count', {})
  await project.close()

  expect(result).toBe(3)
  expect(project.flows.map(({ name }) => name)).toEqual(['count'])
})
