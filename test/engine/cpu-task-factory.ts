import { task } from 'd2flow'

export function makeSquare(name: string, where: ImportMeta) {
  return task({ name, cpu: where, run: (n: number) => n * n })
}
