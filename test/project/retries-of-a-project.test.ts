import { flow, task } from 'd2flow'
import { defineProject, openProject, runFlowByName } from 'd2flow/project'
import { expect, it } from 'vitest'
import { readSettings } from '../../src/base/settings.ts'

function shakyProject() {
  const tries = { plain: 0, own: 0 }
  const plain = task({
    name: 'plain',
    run() {
      tries.plain += 1
      if (tries.plain < 3) throw new Error('not yet')
    },
  })
  const own = task({
    name: 'own',
    retry: { attempts: 1 },
    run() {
      tries.own += 1
      throw new Error('never')
    },
  })
  const both = flow({
    name: 'both',
    async run() {
      await plain()
      await own.settle()
    },
  })
  return { tries, both }
}

it('F014 are those of a task that says nothing about retries, and of no other', async () => {
  const { tries, both } = shakyProject()
  const definition = defineProject({ flows: [both], retry: { attempts: 3, delaysMs: [2, 0] } })
  const project = await openProject({ folder: '.', definition, settings: readSettings({}), store: 'memory:' })
  const waits: unknown[] = []

  const { run } = await runFlowByName(project, 'both', {}, { onWait: (wait) => waits.push(wait) })
  await project.close()

  expect(run.state.type).toBe('completed')
  expect(tries).toEqual({ plain: 3, own: 1 })
  expect(waits).toMatchObject([{ what: 'plain-0', reason: 'waits 2 ms, then attempt 2 of 3' }])
})

it('are refused when they cannot be meant', () => {
  expect(() => defineProject({ retry: { attempts: 0 } })).toThrow('the retry policy of the project has attempts 0')
})
