/** `d2flow doctor`: is everything there that a night's work needs? */
import { examine } from '../../project/doctor.ts'
import { textTable } from '../../render/text-table.ts'
import { EXIT, exitCodeOf } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { withProject } from '../open.ts'
import { failureForPrograms } from '../../project/run-document.ts'

export async function doctor(
  invocation: Invocation,
  { offline }: { readonly offline?: true | undefined },
): Promise<number> {
  return await withProject(invocation, async (project) => {
    const findings = await examine(project, { online: offline !== true, signal: invocation.signal })
    const rows = findings.map(({ what, verdict, says, hint }) => ({ what, verdict, says, 'what to do': hint }))
    invocation.output.print(textTable(rows, { cellWidth: 90 }))
    invocation.output.document({
      findings: findings.map(({ failure, ...finding }) => ({
        ...finding,
        failure: failure === null ? null : failureForPrograms(failure),
      })),
    })
    const codes = findings.flatMap(({ failure }) => (failure === null ? [] : [exitCodeOf(failure)]))
    if (codes.length === 0) return EXIT.done
    return codes.every((code) => code === EXIT.unreachable) ? EXIT.unreachable : EXIT.wrongUse
  })
}
