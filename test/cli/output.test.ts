import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createOutput } from '../../src/cli/output.ts'

/** An output whose words are kept, on a terminal of that many columns. */
function terminal({ columns = 80, isTTY = true, json = false } = {}) {
  const words = { stdout: '', stderr: '' }
  const stream = (name: keyof typeof words) => {
    const made = Object.assign(new PassThrough(), { columns, isTTY })
    made.on('data', (chunk: Buffer) => (words[name] += chunk.toString()))
    return made as unknown as NodeJS.WriteStream
  }
  const output = createOutput({
    json,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    ci: false,
    monotonicMs: () => 0,
  })
  return { output, words }
}

const LINE = 'push: 12,000 of 190,000 rows (6 %), 48,000 a second, 4 s left'

describe('the progress line', () => {
  it('is cut to the width of the terminal', () => {
    const { output, words } = terminal({ columns: 30 })

    output.progress(LINE)

    expect(words.stderr).toContain(LINE.slice(0, 29))
    expect(words.stderr).not.toContain(LINE.slice(0, 30))
  })

  it('is whole on a terminal that says it is 0 wide', () => {
    const { output, words } = terminal({ columns: 0 })

    output.progress(LINE)

    expect(words.stderr).toContain(LINE)
  })

  it('is a JSON line now and then for programs', () => {
    const { output, words } = terminal({ json: true, isTTY: false })

    output.progress('one')
    output.progress('two')

    expect(words.stderr).toBe(`${JSON.stringify({ kind: 'progress', message: 'one' })}\n`)
  })
})

describe('log lines', () => {
  it('are shown to people without those for finding faults', () => {
    const { output, words } = terminal()

    output.log('debug', 'looked at 3 rows')
    output.log('info', 'began')

    expect(words.stderr).toContain('began')
    expect(words.stderr).not.toContain('looked at')
  })

  it('are all given to programs', () => {
    const { output, words } = terminal({ json: true })

    output.log('debug', 'looked at 3 rows')

    expect(JSON.parse(words.stderr)).toEqual({ kind: 'log', level: 'debug', message: 'looked at 3 rows' })
  })

  it('name the run that speaks where there are several', () => {
    const person = terminal()
    const program = terminal({ json: true })

    person.output.log('info', 'began', 'brave-otter')
    program.output.log('info', 'began', 'brave-otter')

    expect(person.words.stderr).toContain('brave-otter: began')
    expect(JSON.parse(program.words.stderr)).toMatchObject({ message: 'began', run: 'brave-otter' })
  })
})

describe('a failure', () => {
  const bug = { code: 'engine/unexpected', message: 'x is not a function', stack: 'TypeError: x\n    at there:1:2' }

  it('shows people where a bug is', () => {
    const { output, words } = terminal()

    output.failure(bug)

    expect(words.stderr).toContain('at there:1:2')
  })

  it('gives programs its code and its message, on one line', () => {
    const { output, words } = terminal({ json: true })

    output.failure(bug)

    expect(JSON.parse(words.stderr)).toEqual({ kind: 'error', code: bug.code, message: bug.message })
  })
})
