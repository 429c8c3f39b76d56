/** The door `d2flow/files`: CSV and JSON records, and files that are whole or not there. */
export { MAX_BYTES } from './check-file.ts'
export { writeAtomically } from './atomic-write.ts'
export { readCsv, writeCsv } from './csv.ts'
export { fileSha256 } from './file-hash.ts'
export { readJsonFile, writeJsonFile } from './json-file.ts'
export { readJsonRecords } from './json-records.ts'
export type { FileRecord, ReadOptions } from './file-record.ts'
export { readRecords } from './records.ts'
