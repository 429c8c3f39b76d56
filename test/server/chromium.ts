/** A real browser, where one is installed. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type BrowserContext, type BrowserContextOptions } from 'playwright-core'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Where the browser is; null when there is none. `D2FLOW_REQUIRE_BROWSER` makes that an error: see .ci/run. */
export function findChromium(): string | null {
  const found = PLACES.find((path) => existsSync(path)) ?? null
  if (found === null && process.env['D2FLOW_REQUIRE_BROWSER'] !== undefined) {
    throw new Error(`D2FLOW_REQUIRE_BROWSER is set, and no browser is installed at ${PLACES.join(', ')}`)
  }
  return found
}

/** Gives `use` a browser with nothing in it; it is closed and forgotten whatever happens. */
export async function withBrowser(
  executablePath: string,
  options: BrowserContextOptions,
  use: (context: BrowserContext) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'd2flow-browser-'))
  const context = await chromium.launchPersistentContext(folder, {
    ...options,
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  try {
    await use(context)
  } finally {
    await context.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
