/** The commands around the pages, as real processes. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import type { ChildProcess } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { d2flow } from './command.ts'

const TOKEN = 'a-token-0123456789'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'd2flow-server-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** The first text of a stream in which the pattern is found. */
async function said(stream: ChildProcess['stdout'], pattern: RegExp): Promise<string> {
  let text = ''
  for (;;) {
    const match = pattern.exec(text)
    if (match !== null) return match[0]
    const [chunk] = (await once(stream ?? process.stdin, 'data')) as [Buffer]
    text += chunk.toString()
  }
}

const ADDRESS = /http:\/\/127\.0\.0\.1:\d+/

describe('d2flow server start', () => {
  it('shows the pages until it is stopped, and leaves runs to others', async () => {
    const health: unknown[] = []

    const { exitCode, stdout } = await d2flow(['server', 'start', '--port', '0', '--json'], {
      cwd: folder,
      async whileRunning(child) {
        const address = await said(child.stdout, ADDRESS)
        health.push(await (await fetch(`${address}/api/health`)).json())
        child.kill('SIGTERM')
      },
    })

    expect(health).toEqual([{ ok: true, version: expect.any(String), executes: false }])
    expect(JSON.parse(stdout)).toEqual({ address: expect.stringMatching(ADDRESS) })
    expect(exitCode).toBe(0)
  })

  it('is refused where others could reach it without a token', async () => {
    const { exitCode, stderr } = await d2flow(['server', 'start', '--host', '0.0.0.0', '--port', '0'], { cwd: folder })

    expect(exitCode).toBe(2)
    expect(stderr).toContain('D2FLOW_TOKEN')
  })

  it('wants the token of everybody when one is set', async () => {
    const answers: number[] = []

    await d2flow(['server', 'start', '--port', '0'], {
      cwd: folder,
      environment: { D2FLOW_TOKEN: TOKEN },
      async whileRunning(child) {
        const address = await said(child.stdout, ADDRESS)
        answers.push((await fetch(`${address}/api/runs`)).status)
        answers.push((await fetch(`${address}/api/runs`, { headers: { authorization: `Bearer ${TOKEN}` } })).status)
        child.kill('SIGTERM')
      },
    })

    expect(answers).toEqual([401, 200])
  })

  it('says that a port is taken', async () => {
    const taken = createServer()
    taken.listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo

    const { exitCode, stderr } = await d2flow(['server', 'start', '--port', String(port)], { cwd: folder })
    taken.close()

    expect(exitCode).toBe(2)
    expect(stderr).toContain(`port ${port} of this machine is taken`)
  })
})

describe('d2flow serve', () => {
  it('shows the pages too, and executes the runs that are asked for there', async () => {
    const ended: string[] = []

    await d2flow(['serve', '--port', '0', '--no-isolate'], {
      cwd: folder,
      async whileRunning(child) {
        const address = await said(child.stderr, ADDRESS)
        const asked = await fetch(`${address}/api/runs`, { method: 'POST', body: '{"flow":"hello"}' })
        const { run } = (await asked.json()) as { run: { id: string } }
        await expect
          .poll(
            async () => {
              const answer = await fetch(`${address}/api/runs/${run.id}`)
              return ((await answer.json()) as { run: { state: string } }).run.state
            },
            { timeout: 25_000, interval: 200 },
          )
          .toBe('completed')
        ended.push(run.id)
        child.kill('SIGTERM')
      },
    })

    expect(ended).toHaveLength(1)
  })
})

describe('d2flow report', () => {
  it('writes one page with what a run did and published', async () => {
    const ran = await d2flow(['run', 'hello', '--json'], { cwd: folder })
    const { run } = JSON.parse(ran.stdout) as { run: { name: string } }

    const { exitCode, stdout } = await d2flow(['report', run.name, '--out', 'page.html'], { cwd: folder })
    const page = readFileSync(join(folder, 'page.html'), 'utf8')

    expect(exitCode).toBe(0)
    expect(stdout).toContain('page.html')
    expect(page).toContain('<h1>hello</h1>')
    expect(page).toContain(run.name)
    expect(page).not.toMatch(/<script|src="http|href="\/assets/)
  })

  it('says when there is no such run', async () => {
    const { exitCode, stderr } = await d2flow(['report', 'nobody'], { cwd: folder })

    expect(exitCode).toBe(2)
    expect(stderr).toContain('there is no run "nobody"')
  })
})
