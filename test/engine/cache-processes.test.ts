/** Two real processes that ask one SQLite file for the same cached value. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'

const SCRIPT = join(import.meta.dirname, 'cache-child.ts')

let folder = ''
const children: ChildProcess[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'd2flow-cache-'))
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

interface Heard {
  readonly computes?: string
  readonly log?: string
  readonly result?: string
}

function ask(value: string) {
  const child = fork(SCRIPT, [join(folder, 'd2flow.db'), value], { execArgv: ['--conditions=source'] })
  children.push(child)
  const heard: Heard[] = []
  child.on('message', (message) => heard.push(message as Heard))
  return {
    child,
    computed: () => heard.some(({ computes }) => computes !== undefined),
    /** The first message that bears this member. */
    async hear<Member extends keyof Heard>(member: Member): Promise<Heard[Member]> {
      for (;;) {
        const found = heard.find((message) => message[member] !== undefined)
        if (found !== undefined) return found[member]
        await once(child, 'message')
      }
    },
  }
}

it('F048 lets one process compute while the other waits and takes its value', async () => {
  const first = ask('of the first')
  await first.hear('computes')
  const second = ask('of the second')
  expect(await second.hear('log')).toMatch(/^waits for run [a-z]+-[a-z]+, which computes the same value of expensive$/)

  first.child.send('go on')

  expect([await first.hear('result'), await second.hear('result')]).toEqual(['of the first', 'of the first'])
  expect(second.computed()).toBe(false)
})

it('F048 does not wait longer than a lease for a process that was killed', async () => {
  const first = ask('of the first')
  await first.hear('computes')
  const second = ask('of the second')
  await second.hear('log')

  first.child.kill('SIGKILL')
  await second.hear('computes')
  second.child.send('go on')

  expect(await second.hear('result')).toBe('of the second')
})
