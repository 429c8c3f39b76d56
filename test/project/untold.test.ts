import { deployment, flow } from 'd2flow'
import { rule, slackWebhook, stateLasts, tell } from 'd2flow/notify'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readSettings } from '../../src/base/settings.ts'
import { newKeyText } from '../../src/base/secret.ts'
import { examine } from '../../src/project/doctor.ts'
import { openProject, type Project } from '../../src/project/open-project.ts'
import { findUntold } from '../../src/project/untold.ts'

let cwd: string
let project: Project

const count = flow({ name: 'count', run: async () => await Promise.resolve(3) })

beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'd2flow-untold-'))
  project = await openProject({
    folder: cwd,
    definition: {
      deployments: [
        deployment({
          name: 'nightly',
          flow: count,
          notify: [{ when: ['failed'], through: slackWebhook, named: 'data-team' }],
        }),
      ],
      rules: [
        rule({ name: 'hangs', when: stateLasts('running', { forMs: 1_000 }), actions: [tell(slackWebhook, 'team')] }),
      ],
    },
    settings: { ...readSettings({}), key: newKeyText() },
  })
})

afterEach(async () => {
  await project.close()
  rmSync(cwd, { recursive: true, force: true })
})

it('finds whom nobody can tell, until the block is saved', async () => {
  const before = await findUntold(project)
  await project.blocks.save(slackWebhook, 'data-team', { url: 'https://hooks.slack.test/services/T/B/x' })
  const after = await findUntold(project)

  expect(before).toEqual([
    { by: 'deployment count/nightly', through: 'slack-webhook', named: 'data-team' },
    { by: 'rule hangs', through: 'slack-webhook', named: 'team' },
  ])
  expect(after.map(({ named }) => named)).toEqual(['team'])
})

it('is said by the doctor, with the command that helps', async () => {
  const findings = await examine(project, { online: false, signal: new AbortController().signal })

  const messages = findings.filter(({ what }) => what === 'messages')
  expect(messages.map(({ verdict }) => verdict)).toEqual(['doubtful', 'doubtful'])
  expect(messages[0]?.says).toBe('no slack-webhook block is saved as "data-team", whom deployment count/nightly tells')
  expect(messages[0]?.hint).toContain('d2flow block create slack-webhook data-team')
})
