/** The door `d2flow/files`: CSV and JSON records, and files that are whole or not there. */
export { writeAtomically } from './atomic-write.ts'
export { readCsv, writeCsv } from './csv.ts'
export { readJsonRecords } from './json-records.ts'
export { MAX_BYTES, readRecords, type FileRecord, type ReadOptions } from './records.ts'
