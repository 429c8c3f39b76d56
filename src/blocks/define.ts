/**
 * A block: saved connection settings of a type. A schema says what they are, `open` makes the client.
 */
import { z } from 'zod'
import { ConfigError } from '../base/errors.ts'
import type { Io } from '../base/io.ts'
import { Secret } from '../base/secret.ts'

export interface BlockDefinition<Schema extends z.ZodType, Client> {
  /** The type's name in the store, for ever: `dhis2-credentials`. */
  readonly slug: string
  /** What people may type instead: `dhis2`. */
  readonly shortName?: string
  readonly schema: Schema
  /** Makes a client of its own from the settings. Opens no connection yet. */
  open(settings: z.output<Schema>, io: Io): Client
  /** Connections that a flow may name for when there is no store at all. Whoever uses one cannot write with it. */
  readonly fallbacks?: Readonly<Record<string, z.input<Schema>>>
  /**
   * Connections that nobody has to save: the public address of a service that asks for no key. A saved block of the same
   * name takes its place.
   */
  readonly builtIn?: Readonly<Record<string, z.input<Schema>>>
  /** Whether the other side answers and accepts the credentials. Throws when not. */
  check?(client: Client): Promise<void>
}

export interface Block<Schema extends z.ZodType = z.ZodType, Client = unknown> extends BlockDefinition<Schema, Client> {
  readonly kind: 'block'
}

/** A block of any type, where only its name and schema matter. */
export type AnyBlock = Block<z.ZodType, unknown>

export function defineBlock<Schema extends z.ZodType, Client>(
  definition: BlockDefinition<Schema, Client>,
): Block<Schema, Client> {
  return Object.freeze({ ...definition, kind: 'block' as const })
}

/** A text field that prints as `***` everywhere, is sealed at rest, and is written but never read back in forms. */
export function secret() {
  return z
    .union([z.string().min(1, 'must not be empty'), z.instanceof(Secret)])
    .transform((value) => (value instanceof Secret ? value : new Secret(value)))
    .meta({ secret: true, type: 'string', format: 'password', writeOnly: true })
}

/**
 * Settings from what a person or a store gave.
 *
 * @throws ConfigError `config/block-invalid` naming each field that does not fit; values are never repeated
 */
export function parseSettings<Schema extends z.ZodType>(
  block: Block<Schema, unknown>,
  values: unknown,
): z.output<Schema> {
  const parsed = block.schema.safeParse(values)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the block'}: ${message}`)
  throw new ConfigError(
    'config/block-invalid',
    `the values do not make a ${block.slug} block: ${problems.join('; ')}`,
    {
      hint: `save it again with: d2flow block create ${block.shortName ?? block.slug} NAME`,
      details: { fields: parsed.error.issues.map(({ path }) => path.join('.')) },
    },
  )
}
