/** The pages in a real browser, over a real port, with runs that are really executed. */
import { servePages } from 'd2flow/server'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { readSettings } from '../../src/base/settings.ts'
import type { Served } from '../../src/project/listen.ts'
import { openProject, type Project } from '../../src/project/open-project.ts'
import { serve } from '../../src/project/serve.ts'
import { findChromium, withBrowser } from './chromium.ts'
import { pipelineProject, seen } from './given.ts'

const chromium = findChromium()
/** Long enough for a machine that does seven other things. */
const PATIENCE_MS = 60_000

let project: Project
let pages: Served
let served: Promise<void>
let folder: string
const stop = new AbortController()

beforeAll(async () => {
  if (chromium === null) return
  folder = mkdtempSync(join(tmpdir(), 'd2flow-pages-'))
  const settings = readSettings({})
  project = await openProject({ folder, definition: pipelineProject, settings, store: 'sqlite:runs.db' })
  pages = await servePages({ project, settings, host: '127.0.0.1', port: 0, executes: true, version: '0.1.0' })
  served = serve({ project, clock: systemClock, log: silentLog, signal: stop.signal })
})

afterAll(async () => {
  if (chromium === null) return
  stop.abort()
  await served
  await pages.stop()
  await project.close()
  rmSync(folder, { recursive: true })
})

/** What the page complained about: errors of the script, and everything that its policy kept from running. */
function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  return complaints
}

describe.skipIf(chromium === null)('the pages in a browser (skipped where none is installed)', () => {
  it(
    'F242 start a run of a deployment from its form, and follow it to its end and its artifact',
    async () => {
      await withBrowser(chromium ?? '', { timezoneId: 'Africa/Maputo' }, async (context) => {
        const page = await context.newPage()
        page.setDefaultTimeout(PATIENCE_MS)
        const complaints = complaintsOf(page)
        await page.goto(`${pages.address}/deployments`)

        await page.getByRole('link', { name: 'Run', exact: true }).click()
        await page.getByLabel('batchRows').fill('100')
        await page.getByLabel('dryRun').uncheck()
        await page.getByLabel('mode').selectOption('replace')
        await page.getByLabel('regions').fill('Coast\nHills')
        await page.getByRole('button', { name: 'Run', exact: true }).click()

        // nobody reloads: the stream says when to look again
        await page.locator('.headline .badge.good', { hasText: 'Completed' }).waitFor()
        await page.getByRole('heading', { name: 'Rows', exact: true }).waitFor()
        expect(await page.locator('.artifact table').first().innerText()).toContain('North')
        expect(await page.locator('.timeline').innerText()).toContain('7 × clean')
        expect(seen.at(-1)).toMatchObject({
          batchRows: 100,
          dryRun: false,
          mode: 'replace',
          regions: ['Coast', 'Hills'],
        })
        expect(await page.locator('[data-zone]').innerText()).toBe('Africa/Maputo')
        expect(complaints).toEqual([])
      })
    },
    2 * PATIENCE_MS,
  )

  it(
    'F242 do the same without the script',
    async () => {
      await withBrowser(chromium ?? '', { javaScriptEnabled: false }, async (context) => {
        const page = await context.newPage()
        page.setDefaultTimeout(PATIENCE_MS)
        await page.goto(`${pages.address}/deployments/pipeline/weekly/run`)
        await page.getByRole('button', { name: 'Run', exact: true }).click()

        await expect
          .poll(
            async () => {
              await page.reload()
              return await page.locator('.headline .badge').innerText()
            },
            { timeout: PATIENCE_MS, interval: 500 },
          )
          .toBe('Completed')

        expect(await page.locator('.artifact h3').allInnerTexts()).toEqual(['Rows', 'In words', 'origin'])
      })
    },
    2 * PATIENCE_MS,
  )

  it(
    'fit a telephone, find the search with "/", and ask before they destroy',
    async () => {
      await project.store.variables.set('threshold', 1)
      await withBrowser(chromium ?? '', { viewport: { width: 380, height: 800 } }, async (context) => {
        const page = await context.newPage()
        page.setDefaultTimeout(PATIENCE_MS)
        for (const path of ['/', '/runs', '/deployments', '/deployments/pipeline/weekly/run', '/variables']) {
          await page.goto(`${pages.address}${path}`)
          const isWider = await page.evaluate('document.documentElement.scrollWidth > window.innerWidth')
          expect(isWider, path).toBe(false)
        }

        await page.keyboard.press('/')
        expect(await page.evaluate('document.activeElement.name')).toBe('q')

        page.once('dialog', (dialog) => void dialog.dismiss())
        await page.getByRole('button', { name: 'Remove' }).click()
        expect(await project.store.variables.get('threshold')).toBe(1)
        page.once('dialog', (dialog) => void dialog.accept())
        await page.getByRole('button', { name: 'Remove' }).click()
        await page.getByText('None is set yet').waitFor()
      })
    },
    2 * PATIENCE_MS,
  )
})
