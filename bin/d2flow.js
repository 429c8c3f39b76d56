#!/usr/bin/env node
/**
 * Starts the command line: from source in a checkout, from the build in an installed package.
 */
import { existsSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'

const [major] = process.versions.node.split('.').map(Number)
if (major < 24) {
  console.error(`error: d2flow needs Node 24 or newer, this is ${process.version}`)
  console.error(
    '  hint: install Node 24, or run d2flow through npm in a project made with "d2flow init", which brings it',
  )
  process.exit(2)
}
module.enableCompileCache()

const source = new URL('../src/cli/main.ts', import.meta.url)
const isCheckout = existsSync(source) && !fileURLToPath(source).includes('/node_modules/')
if (isCheckout) {
  // our own name resolves to TypeScript in a checkout, to JavaScript everywhere else
  module.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: ['source', ...(context.conditions ?? [])] }),
  })
}
const { main } = await import(isCheckout ? source.href : '../dist/src/cli/main.js')
process.exitCode = await main(process.argv.slice(2))
