/** A body that is read as it comes, for answers that should not be in memory whole. */
import { checkContentType } from './answer.ts'
import { readText } from './body-text.ts'
import type { HttpRequest, HttpStream } from './http-request.ts'
import { sendOnce, type OpenAnswer, type Sender } from './request.ts'

/** How much of a body of the wrong type is read, to say what it is. */
const GIST_BYTES = 16 * 1024

/** @throws HttpError as a plain request does, but for what only the end of the body can tell */
export async function streamAnswer(sender: Sender, request: HttpRequest): Promise<HttpStream> {
  const answer = await sendOnce(sender, request)
  const accept = request.accept ?? 'application/json'
  try {
    checkContentType(answer, accept, '')
  } catch {
    const gist = await readText(answer.body, GIST_BYTES).finally(() => answer.deadline.stop())
    checkContentType(answer, accept, gist)
  }
  return { url: answer.asked.url, status: answer.status, headers: answer.headers, body: timed(answer) }
}

/**
 * Each chunk has the whole time limit: a stream may take long as a whole, but it must not stall. What the reader does
 * with a chunk takes none of the server's time.
 */
async function* timed(answer: OpenAnswer): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of answer.body) {
      answer.deadline.pause()
      yield chunk
      answer.deadline.restart()
    }
  } finally {
    answer.deadline.stop()
  }
}
