/** What a person does to a run from the command line, in real processes on one store. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { d2flow } from './command.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'd2flow-acts-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const here = (args: readonly string[]) => d2flow(args, { cwd: folder })

async function json(args: readonly string[]): Promise<Record<string, never>> {
  return JSON.parse((await here([...args, '--json'])).stdout) as Record<string, never>
}

/** Runs the flow that asks, and answers from other processes, one after the other, as soon as the first one says how. */
async function askAndAnswer(...given: readonly ((run: string) => readonly string[])[]) {
  const answers: Awaited<ReturnType<typeof d2flow>>[] = []
  const asked = await d2flow(['run', 'approval', '-p', 'reviewer=person', '--json'], {
    cwd: folder,
    async whileRunning(child) {
      const name = await new Promise<string>((resolve) => {
        let said = ''
        child.stderr?.on('data', (chunk: Buffer) => {
          said += chunk.toString()
          const found = /d2flow flow-run approve (\S+),/.exec(said)?.[1]
          if (found !== undefined) resolve(found)
        })
      })
      for (const answer of given) answers.push(await here(answer(name)))
    },
  })
  return { asked, answers }
}

describe('flow-run approve and reject', () => {
  it('lets the command that waits go on with what the yes brought along', async () => {
    const { asked, answers } = await askAndAnswer((run) => ['flow-run', 'approve', run, '--input', 'maximum=100'])

    expect(answers[0]).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('is approved by') })
    expect(asked.exitCode).toBe(0)
    expect(JSON.parse(asked.stdout)).toMatchObject({ result: { approved: true, sent: 1, leftOut: 2 } })
  })

  it('refuses an input that does not fit, with 2, and the question stays for a no', async () => {
    const { asked, answers } = await askAndAnswer(
      (run) => ['flow-run', 'approve', run, '--input', 'maximum=-1'],
      (run) => ['flow-run', 'reject', run],
    )

    expect(answers).toMatchObject([
      { exitCode: 2, stderr: expect.stringContaining('maximum') },
      { exitCode: 0, stdout: expect.stringContaining('is rejected by') },
    ])
    expect(JSON.parse(asked.stdout)).toMatchObject({ result: { approved: false, sent: 0 } })
  })
})

describe('flow-run retry', () => {
  it('goes on with a failed run, or does a step of it again', async () => {
    const failed = await here(['run', 'retries-and-hooks', '-p', 'failures=4', '--json'])
    const { run } = JSON.parse(failed.stdout) as { run: { name: string; message: string } }

    const again = await here(['flow-run', 'retry', run.name, '--from', 'ask-server', '--by', 'amina', '--json'])
    const { history } = await json(['flow-run', 'inspect', run.name])

    const listed = await here(['flow-run', 'ls'])

    expect(failed.exitCode).toBe(1)
    expect(listed.stdout).toContain('ask-server-0 failed: the server is busy (attempt 4)')
    expect(run.message).toBe('ask-server-0 failed: the server is busy (attempt 4)')
    expect(again.exitCode).toBe(1)
    expect(history).toContainEqual(
      expect.objectContaining({ name: 'Resuming', message: 'asked for again by amina, from ask-server on' }),
    )
  })

  it('says with 2 what cannot be retried, and which steps there are', async () => {
    const done = await json(['run', 'hello'])
    const failed = await json(['run', 'retries-and-hooks', '-p', 'failures=4'])
    const nameOf = ({ run }: Record<string, { name: string }>) => run?.name ?? ''

    const completed = await here(['flow-run', 'retry', nameOf(done)])
    const noStep = await here(['flow-run', 'retry', nameOf(failed), '--from', 'push'])

    expect(completed).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('there is nothing to retry') })
    expect(noStep).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('its steps: ask-server-0') })
  })

  it('leaves it to a serving process when it is asked to, and a waiting run is cancelled at once', async () => {
    const failed = await json(['run', 'retries-and-hooks', '-p', 'failures=4'])
    const { name } = (failed as Record<string, { name: string }>)['run'] ?? { name: '' }

    const later = await json(['flow-run', 'retry', name, '--later'])
    const cancelled = await json(['flow-run', 'cancel', name, '--by', 'amina'])
    const watched = await here(['flow-run', 'watch', name])

    expect(later).toMatchObject({ run: { state: 'scheduled', stateName: 'Resuming' } })
    expect(cancelled).toMatchObject({ run: { state: 'cancelled', message: 'cancelled by amina' } })
    expect(watched.exitCode).toBe(1)
  })
})

describe('flow-run delete', () => {
  it('deletes a run that has ended, and says when there is none', async () => {
    const { id } = ((await json(['run', 'hello'])) as { run?: { readonly id: string } }).run ?? { id: 'none' }

    const deleted = await here(['flow-run', 'delete', id, '--json'])
    const again = await here(['flow-run', 'delete', id])

    expect(JSON.parse(deleted.stdout)).toEqual({ deleted: [id] })
    expect(again).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(`there is no run "${id}"`) })
  })
})

describe('run --window', () => {
  it.each(['2026-01-02', '2026-01-02..2026-01-01', '2026-01-01..x'])('refuses %s with 2', async (window) => {
    const { exitCode, stderr } = await here(['run', 'runtime-context', '--window', window])

    expect(exitCode).toBe(2)
    expect(stderr).toContain('hint:')
  })

  it('tells the flow whose data it is about', async () => {
    const { artifacts } = await json(['run', 'runtime-context', '--window', '2026-01-01..2026-01-02'])

    expect(JSON.stringify(artifacts)).toContain('"value":"2026-01-01T00:00:00.000Z"')
  })
})
