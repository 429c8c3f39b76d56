import { describe, expect, it } from 'vitest'
import { DataError, HttpError, isToolkitError, StoreError, ToolkitError } from '../../src/base/errors.ts'
import { toFailure } from '../../src/base/failure.ts'

describe('a failure', () => {
  it('keeps what an error of ours says, without its stack, and is plain data', () => {
    const error = new HttpError('http/status', 'the server answered 503', {
      hint: 'wait a minute',
      retryable: true,
      retryAfterMs: 30_000,
      details: { status: 503, at: new Date(0) },
    })

    const failure = toFailure(error)

    expect(failure).toEqual({
      name: 'HttpError',
      code: 'http/status',
      message: 'the server answered 503',
      hint: 'wait a minute',
      retryable: true,
      retryAfterMs: 30_000,
      details: { status: 503, at: '1970-01-01T00:00:00.000Z' },
    })
    expect(JSON.parse(JSON.stringify(failure))).toEqual(failure)
  })

  it('shows anything else as the bug it is, with its stack', () => {
    expect(toFailure(new TypeError('x is not a function'))).toEqual({
      name: 'TypeError',
      code: 'engine/unexpected',
      message: 'x is not a function',
      retryable: true,
      stack: expect.stringContaining('failure.test'),
    })
  })

  it.each([
    ['a text', 'gone', 'gone'],
    ['null', null, 'null'],
    ['undefined', undefined, 'undefined'],
    ['an object', { a: 1 }, '[object Object]'],
  ])('takes %s that was thrown', (_, thrown, message) => {
    expect(toFailure(thrown)).toEqual({ name: 'Thrown', code: 'engine/unexpected', message, retryable: true })
  })

  it('keeps the causes, five errors deep at most', () => {
    let error = new Error('cause 0')
    for (let depth = 1; depth < 10; depth += 1) error = new Error(`cause ${depth}`, { cause: error })

    const messages: string[] = []
    for (let each: ReturnType<typeof toFailure> | undefined = toFailure(error); each; each = each.cause) {
      messages.push(each.message)
    }

    expect(messages).toEqual(['cause 9', 'cause 8', 'cause 7', 'cause 6', 'cause 5'])
  })

  it('is kept even when its details are not JSON', () => {
    const circle: Record<string, unknown> = {}
    circle['self'] = circle

    expect(toFailure(new DataError('data/value', 'odd', { details: circle }))).toMatchObject({
      code: 'data/value',
      message: 'odd',
      details: {},
    })
  })

  it('is recognised when another copy of the package threw it', () => {
    const foreign = Object.assign(new Error('locked'), { code: 'store/unavailable', retryable: true, details: {} })

    expect(isToolkitError(foreign)).toBe(true)
    expect(toFailure(foreign)).toMatchObject({ code: 'store/unavailable', retryable: true })
    expect(isToolkitError(Object.assign(new Error('no such file'), { code: 'ENOENT' }))).toBe(false)
  })
})

describe('an error of ours', () => {
  it('says its family, its code, whether to try again, and keeps the cause', () => {
    const cause = new Error('database is locked')

    const error = new StoreError('store/unavailable', 'the store is locked', { retryable: true, cause })

    expect(error).toBeInstanceOf(ToolkitError)
    expect(error).toMatchObject({ name: 'StoreError', code: 'store/unavailable', retryable: true, cause })
  })

  it('is not retryable and has no hint unless somebody says so', () => {
    expect(new DataError('data/value', 'odd')).toMatchObject({
      retryable: false,
      retryAfterMs: undefined,
      hint: undefined,
      details: {},
    })
  })
})
