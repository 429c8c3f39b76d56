import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_STORE, openStore } from 'd2flow/store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFakeClock } from '../../src/testing/fake-clock.ts'

let projectFolder: string
const clock = createFakeClock()

beforeEach(() => {
  projectFolder = mkdtempSync(join(tmpdir(), 'd2flow-open-'))
})
afterEach(() => rmSync(projectFolder, { recursive: true }))

describe('the address of a store', () => {
  it('is a file in the project’s folder when nothing else is said', async () => {
    const store = await openStore(DEFAULT_STORE, { clock, projectFolder })

    expect(store.kind).toBe('sqlite')
    expect(existsSync(join(projectFolder, '.d2flow', 'd2flow.db'))).toBe(true)
    await store.close()
  })

  it('may be a file anywhere', async () => {
    const path = join(projectFolder, 'elsewhere.db')

    const store = await openStore(`sqlite:${path}`, { clock, projectFolder: '/' })

    expect(store.address).toBe(`sqlite:${path}`)
    await store.close()
  })

  it('may be memory', async () => {
    const store = await openStore('memory:', { clock, projectFolder })

    expect(store).toMatchObject({ kind: 'memory', address: 'memory:', folder: null })
    expect(existsSync(join(projectFolder, '.d2flow'))).toBe(false)
    await store.close()
  })

  it.each([
    ['postgres://user:geheim@db/d2flow', /PostgreSQL comes with a later version/, /sqlite:/],
    ['postgresql://user:geheim@db/d2flow', /PostgreSQL comes with a later version/, /sqlite:/],
    ['mysql://user:geheim@db/d2flow', /"mysql:"/, /sqlite:<file>.*memory:/],
    ['d2flow.db', /"d2flow\.db"/, /sqlite:<file>/],
    ['sqlite:', /names no file/, /\.d2flow\/d2flow\.db/],
  ])('"%s" is refused with what to write instead, and no password is repeated', async (address, message, hint) => {
    const opened = openStore(address, { clock, projectFolder })

    await expect(opened).rejects.toMatchObject({
      code: 'config/setting',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    })
    await expect(opened).rejects.not.toMatchObject({ message: expect.stringContaining('geheim') })
  })
})
