import { createTemplate, instantiateTemplate } from 'd2flow/patterns'
import { describe, expect, it } from 'vitest'

const basic = () =>
  createTemplate('etl_basic', [
    { type: 'extract', params: { batchSize: 100, mode: 'x' } },
    { type: 'load', params: { batchSize: 100 } },
  ])

describe('pipeline templates', () => {
  it('F226 are reusable, and nobody can change them', () => {
    const params = { batchSize: 100 }
    const template = createTemplate('etl', [{ type: 'extract', params }, { type: 'load' }])
    params.batchSize = 1

    expect(template.stages.map(({ type, params: each }) => [type, each])).toEqual([
      ['extract', { batchSize: 100 }],
      ['load', {}],
    ])
    expect(() => Object.assign(template.stages[0]?.params ?? {}, { batchSize: 2 })).toThrow(TypeError)
    expect(instantiateTemplate(template)).toEqual(instantiateTemplate(template))
  })

  it('F226 refuse a type of stage that is not known', () => {
    expect(() => createTemplate('etl', [{ type: 'explode' }], { types: ['extract', 'load'] })).toThrow(
      expect.objectContaining({ code: 'config/params', message: expect.stringContaining('stages[0].type') }),
    )
  })

  it('F227 give instances that affect neither each other nor the template', () => {
    const template = basic()

    const small = instantiateTemplate(template, { batchSize: 50 })
    const large = instantiateTemplate(template, { batchSize: 500 })
    Object.assign(small.stages[0]?.params ?? {}, { batchSize: -1 })

    expect(large.stages.map(({ params }) => params['batchSize'])).toEqual([500, 500])
    expect(template.stages[0]?.params['batchSize']).toBe(100)
    expect(instantiateTemplate(template).stages[0]?.params['batchSize']).toBe(100)
  })

  it('F228 lay overrides over defaults: the override wins, the other defaults stay', () => {
    expect(instantiateTemplate(basic(), { batchSize: 50 }).stages[0]?.params).toEqual({ batchSize: 50, mode: 'x' })
    expect(instantiateTemplate(basic()).stages[0]?.params).toEqual({ batchSize: 100, mode: 'x' })
  })

  it('F229 report an override that no stage knows', () => {
    expect(() => instantiateTemplate(basic(), { batchsize: 50 })).toThrow(
      expect.objectContaining({
        code: 'config/params',
        message: expect.stringContaining('"batchsize"'),
        hint: 'did you mean "batchSize"?',
      }),
    )
  })
})
