/** The door `d2flow/files`: records in CSV, JSON, NDJSON and Parquet, and files that are whole or not there. */
export { MAX_BYTES } from './check-file.ts'
export { writeAtomically } from './atomic-write.ts'
export { readCsv, writeCsv, type WriteCsvOptions } from './csv.ts'
export { fileSha256 } from './file-hash.ts'
export { flatten } from './flatten.ts'
export { readJsonFile, writeJsonFile } from './json-file.ts'
export { readJsonRecords } from './json-records.ts'
export { readNdjson, writeNdjson } from './ndjson.ts'
export {
  fromParquet,
  readParquet,
  toParquet,
  writeParquet,
  type ParquetOptions,
  type ParquetRow,
  type ParquetType,
} from './parquet.ts'
export type { FileRecord, ReadOptions } from './file-record.ts'
export { isReadable, readRecords } from './records.ts'
