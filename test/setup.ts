/** Runs before every test file: tests run on the Node the project brings. */
const [major] = process.versions.node.split('.').map(Number)
if (major === undefined || major < 24) {
  throw new Error(`tests need Node 24 or newer, this is ${process.version}: run them with npm test`)
}
