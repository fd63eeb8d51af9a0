import { schema as published } from '@octokit/graphql-schema';
import { buildSchema, type GraphQLSchema, getVariableValues, Kind, parse, validate } from 'graphql';

let schema: GraphQLSchema | undefined;

/** Everything in which a GraphQL request differs from GitHub's published schema; empty when it is fine. */
export function graphqlProblems(body: unknown): readonly string[] {
  const { query, variables = {} } = body as { query: string; variables?: Record<string, unknown> };
  // GitHub's own text defines two fields twice.
  schema ??= buildSchema(published.idl, { assumeValidSDL: true });
  const document = parse(query);
  const problems = validate(schema, document).map(({ message }) => message);
  const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (operation?.kind !== Kind.OPERATION_DEFINITION || problems.length > 0) return problems;
  const { errors = [] } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  return errors.map(({ message }) => message);
}
