import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'vitest'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { storeContract } from './contract.ts'

describe('the SQLite store', () => {
  storeContract(async (clock) => {
    const folder = mkdtempSync(join(tmpdir(), 'd2flow-store-'))
    const store = await openSqliteStore({ path: join(folder, 'd2flow.db'), clock })
    return {
      store,
      close: async () => {
        await store.close()
        rmSync(folder, { recursive: true })
      },
    }
  })
})
